using FsCheck;
using FsCheck.Fluent;
using Handlers.ResponseCaching;
using Handlers.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Visitor = Handlers.Tests.ResponseCaching.ReferenceFlights.Visitor;

namespace Handlers.Tests.ResponseCaching;

/// <summary>Random interleavings of requests that come, land, are refused and come again against <see cref="ReferenceFlights"/>, and the same from threads.</summary>
public sealed class FlightModelTests : IDisposable
{
    private static readonly string[] Languages = ["en", "de"];

    // Three that share a stripe, whose list they run through, and one apart; no two of them with one place in the memory of what is not shared.
    private readonly ResponseKey[] _keys = KeysOfTwoStripes();
    private readonly Dictionary<(string Language, CallPriority Priority), Call> _calls = [];
    private readonly ClientState _client;

    public FlightModelTests()
    {
        var state = new ResilienceState(TimeProvider.System, NullLoggerFactory.Instance, [], null);
        _client = ClientState.InCode(state, new ResilienceHandlersOptions());
        foreach (string language in Languages)
        {
            foreach (CallPriority priority in Enum.GetValues<CallPriority>())
            {
                HttpRequestMessage request = CacheBench.Get(fields: ("Accept-Language", language));
                _calls[(language, priority)] = new Call(
                    _client, _client.Policy, request, new CallOptions { Priority = priority }, synchronous: false, CancellationToken.None);
            }
        }
    }

    public void Dispose()
    {
        foreach (Call call in _calls.Values)
        {
            call.Request.Dispose();
        }
    }

    [Fact]
    public void One_leads_for_each_key_and_whoever_waits_for_it_is_told_once_when_it_lands()
    {
        Gen<Step> step = Gen.Frequency(
            (8, from key in Gen.Choose(0, _keys.Length - 1)
                from language in Gen.Frequency((4, Gen.Constant("en")), (1, Gen.Constant("de")))
                from priority in Gen.Frequency((4, Gen.Constant(CallPriority.Normal)), (1, Gen.Elements(Enum.GetValues<CallPriority>())))
                select new Step(Act.Come, key, language, priority)),
            (3, Gen.Choose(0, 1_000).Select(pick => new Step(Act.ComeAgain, pick))),
            (1, Gen.Choose(0, 1_000).Select(pick => new Step(Act.TryLand, pick))),
            (2, from pick in Gen.Choose(0, 1_000)
                from outcome in Gen.Elements(Enum.GetValues<FlightOutcome>())
                select new Step(Act.Land, pick, Outcome: outcome)),
            (1, Gen.Choose(0, 1_000).Select(pick => new Step(Act.StopLeading, pick))),
            (1, Gen.Choose(0, 1_000).Select(pick => new Step(Act.LandWithoutLeading, pick))),
            (1, Gen.Choose(0, (2 * _keys.Length) - 1).Select(pick => new Step(Act.Note, pick))));

        Check.One(Seeded.Config(20261122, tests: 150, size: 200), Prop.ForAll(step.ArrayOf().ToArbitrary(), Agrees));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void From_many_threads_never_two_lead_and_everybody_is_told_what_the_leader_brought(int seed)
    {
        const int threads = 4;
        const int turns = 5_000;
        var cache = new ResponseCache(_client);
        FlightTable flights = cache.Flights;
        StoredResponse brought = Samples.Stored();
        int[] leading = new int[_keys.Length];
        int twoLed = 0;
        int untold = 0;
        int emptyHanded = 0;
        int told = 0;

        Crowd.Run(threads, index =>
        {
            var random = new Random((seed * 100) + index);
            for (int i = 0; i < turns; i++)
            {
                int key = random.Next(_keys.Length);
                CacheVisit visit = Visit(cache, key, "en", CallPriority.Normal);
                FlightOutcome outcome = FlightOutcome.CallerLeft;
                while (outcome is FlightOutcome.CallerLeft or FlightOutcome.Refused && flights.LeadOrFollow(visit) is { } flight)
                {
                    bool wasTold = flight.Task.Wait(TimeSpan.FromSeconds(30));
                    Interlocked.Increment(ref wasTold ? ref told : ref untold);
                    visit.Flight = null;
                    outcome = wasTold ? flight.Task.Result : FlightOutcome.Failed;
                    Interlocked.Add(ref emptyHanded, outcome == FlightOutcome.Stored && flight.Saved is null ? 1 : 0);
                }

                if (visit.IsLeading)
                {
                    Interlocked.Add(ref twoLed, Interlocked.Increment(ref leading[key]) > 1 ? 1 : 0);
                    Thread.Yield();
                    Interlocked.Decrement(ref leading[key]);
                    Land(visit, (FlightOutcome)random.Next(Enum.GetValues<FlightOutcome>().Length));
                }
            }
        });

        (twoLed, untold, emptyHanded).ShouldBe((0, 0, 0));
        told.ShouldBeGreaterThan(0);

        void Land(CacheVisit visit, FlightOutcome outcome)
        {
            if (outcome != FlightOutcome.Stored)
            {
                flights.Land(visit, outcome);
            }
            else if (!flights.TryLand(visit))
            {
                visit.Flight!.Saved = brought;
                flights.Land(visit, outcome);
            }
        }
    }

    private bool Agrees(Step[] steps)
    {
        var cache = new ResponseCache(_client);
        FlightTable flights = cache.Flights;
        var reference = new ReferenceFlights();
        var everybody = new List<(Visitor Visitor, CacheVisit Visit)>();
        var waiting = new Dictionary<int, Flight>();
        var told = new List<int>();
        foreach (Step step in steps)
        {
            switch (step.Act)
            {
                case Act.Come:
                    var newcomer = new Visitor(everybody.Count, step.Number, step.Language, step.Priority);
                    everybody.Add((newcomer, Visit(cache, step.Number, step.Language, step.Priority)));
                    Come(newcomer.Id);
                    break;
                case Act.ComeAgain when told.Count > 0:
                    int returning = told[step.Number % told.Count];
                    told.Remove(returning);
                    Come(returning);
                    break;
                case Act.TryLand when Leader(step) is { } leader:
                    flights.TryLand(everybody[leader].Visit).ShouldBe(reference.TryLand(leader));
                    break;
                case Act.Land when Leader(step) is { } leader:
                    flights.Land(everybody[leader].Visit, step.Outcome);
                    Landed(leader, step.Outcome);
                    break;
                case Act.StopLeading when Leader(step) is { } leader:
                    everybody[leader].Visit.StopLeading();
                    Landed(leader, FlightOutcome.Refused);
                    break;
                case Act.LandWithoutLeading when everybody.Count > 0 && !reference.Leaders.Contains(step.Number % everybody.Count):
                    flights.Land(everybody[step.Number % everybody.Count].Visit, FlightOutcome.Stored);
                    break;
                case Act.Note:
                    int noted = step.Number / 2;
                    flights.Note(_keys[noted], shareable: step.Number % 2 == 0);
                    reference.Note(noted, shareable: step.Number % 2 == 0);
                    break;
                default:
                    break;
            }

            everybody.Where(one => one.Visit.IsLeading).Select(one => one.Visitor.Id).ShouldBe(reference.Leaders, ignoreOrder: true);
            waiting.Values.ShouldAllBe(flight => !flight.Task.IsCompleted);
        }

        return true;

        int? Leader(Step step) => reference.Leaders.Order().ToArray() is { Length: > 0 } leaders ? leaders[step.Number % leaders.Length] : null;

        void Come(int who)
        {
            (Visitor visitor, CacheVisit visit) = everybody[who];
            int waitsFor = reference.Come(visitor);
            Flight? flight = flights.LeadOrFollow(visit);
            if (waitsFor == ReferenceFlights.Alone || waitsFor == who)
            {
                flight.ShouldBeNull();
            }
            else
            {
                flight.ShouldNotBeNull().ShouldBeSameAs(everybody[waitsFor].Visit.Flight);
                waiting[who] = visit.Flight = flight;
            }
        }

        void Landed(int leader, FlightOutcome outcome)
        {
            foreach (int who in reference.Land(leader))
            {
                waiting.Remove(who, out Flight? flight);
                flight!.Task.IsCompletedSuccessfully.ShouldBeTrue();
                flight.Task.Result.ShouldBe(outcome);
                everybody[who].Visit.Flight = null;
                told.Add(who);
            }
        }
    }

    private CacheVisit Visit(ResponseCache cache, int key, string language, CallPriority priority) => new(cache, _calls[(language, priority)], _keys[key]);

    private static ResponseKey[] KeysOfTwoStripes()
    {
        // The hash differs from process to process, the places that it leads to are the table's.
        const uint stripes = 64;
        const uint memory = 1024;
        IEnumerable<ResponseKey> candidates = Enumerable.Range(0, 10_000).Select(static i => Samples.Key($"https://api.example/{i}"));
        ILookup<uint, ResponseKey> byStripe = candidates.DistinctBy(static key => (uint)key.GetHashCode() % memory).ToLookup(static key => (uint)key.GetHashCode() % stripes);
        return [.. byStripe.First().Take(3), byStripe.Skip(1).First().First()];
    }

    private enum Act
    {
        Come,
        ComeAgain,
        TryLand,
        Land,
        StopLeading,
        LandWithoutLeading,
        Note,
    }

    private sealed record Step(
        Act Act, int Number, string Language = "en", CallPriority Priority = CallPriority.Normal, FlightOutcome Outcome = FlightOutcome.NotShared);
}
