using FsCheck;
using FsCheck.Fluent;
using Handlers.Idempotency;
using Handlers.Tests.Support;

namespace Handlers.Tests.Idempotency;

/// <summary>Random interleavings of callers who come, leave and are answered against a model of a few lines, and the same from threads that start together.</summary>
public class FlightModelTests
{
    private const int Keys = 3;

    [Fact]
    public void One_leads_for_each_key_and_a_flight_is_abandoned_by_the_last_who_leaves_and_by_nobody_else()
    {
        Gen<Step> step = Gen.Frequency(
            (6, Gen.Choose(0, Keys - 1).Select(key => new Step(Act.Join, key))),
            (5, Gen.Choose(0, 1_000).Select(pick => new Step(Act.Leave, pick))),
            (2, Gen.Choose(0, Keys - 1).Select(key => new Step(Act.Land, key))));

        Prop.ForAll(step.ArrayOf(200).ToArbitrary(), Agrees).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void From_many_threads_never_two_lead_and_everybody_is_told(int seed)
    {
        const int threads = 4;
        const int turns = 5_000;
        var table = new FlightTable();
        int[] leading = new int[Keys];
        int twoLed = 0;
        int abandonedTooSoon = 0;
        int untold = 0;

        Crowd.Run(threads, index =>
        {
            var random = new Random((seed * 100) + index);
            for (int i = 0; i < turns; i++)
            {
                int at = random.Next(Keys);
                Flight flight = table.Join(Key(at), out bool leads);
                if (leads)
                {
                    twoLed += Interlocked.Increment(ref leading[at]) > 1 ? 1 : 0;
                    Thread.Yield();
                    abandonedTooSoon += flight.Token.IsCancellationRequested ? 1 : 0;
                    Interlocked.Decrement(ref leading[at]);
                    table.Remove(flight);
                    flight.Land(FlightEnd.GoAlone, raw: null);
                }
                else if (random.Next(2) == 0)
                {
                    untold += flight.Wait(new Clock(TimeProvider.System), TimeSpan.FromSeconds(30), CancellationToken.None) is null ? 1 : 0;
                }

                flight.Leave(leads);
            }
        });

        (twoLed, abandonedTooSoon, untold).ShouldBe((0, 0, 0));
    }

    private static bool Agrees(Step[] steps)
    {
        var table = new FlightTable();
        var model = new Dictionary<int, List<bool>>();
        var flights = new Dictionary<int, Flight>();
        var aboard = new List<(int Key, Flight Flight, bool Leads)>();
        foreach (Step step in steps)
        {
            switch (step.Act)
            {
                case Act.Join:
                    Flight joined = table.Join(Key(step.Number), out bool leads);
                    leads.ShouldBe(!model.ContainsKey(step.Number));
                    if (leads)
                    {
                        model[step.Number] = [];
                        flights[step.Number] = joined;
                    }

                    joined.ShouldBeSameAs(flights[step.Number]);
                    model[step.Number].Add(leads);
                    aboard.Add((step.Number, joined, leads));
                    break;
                case Act.Leave when aboard.Count > 0:
                    (int key, Flight left, bool led) = aboard[step.Number % aboard.Count];
                    aboard.RemoveAt(step.Number % aboard.Count);
                    bool isUp = flights.TryGetValue(key, out Flight? up) && ReferenceEquals(up, left);
                    bool wasAbandoned = left.Token.IsCancellationRequested;
                    left.Leave(led);
                    if (isUp)
                    {
                        model[key].Remove(led);
                    }

                    left.Token.IsCancellationRequested.ShouldBe(wasAbandoned || (isUp && model[key].Count == 0));
                    break;
                case Act.Land when flights.Remove(step.Number, out Flight? landing):
                    model.Remove(step.Number);
                    table.Remove(landing);
                    landing.Land(FlightEnd.GoAlone, raw: null);
                    landing.End.IsCompletedSuccessfully.ShouldBeTrue();
                    break;
                default:
                    break;
            }

            flights.Values.ShouldAllBe(flight => !flight.End.IsCompleted);
        }

        return true;
    }

    private static CallKey Key(int number) => new() { Text = $"k{number}", Shown = "", Identity = $"k{number}" };

    private enum Act
    {
        Join,
        Leave,
        Land,
    }

    private sealed record Step(Act Act, int Number);
}
