using FsCheck;
using FsCheck.Fluent;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>A provider's bucket that says what is left, and what we make of it. The provider is played here: it counts arrivals, and refills evenly.</summary>
public class AnnouncedBucketTests
{
    private const string Resource = "tokens";

    private readonly ManualTime _time = new();
    private readonly QuotaLedger _ledger;
    private readonly QuotaPolicy _policy = new("client", 1, [], []);

    public AnnouncedBucketTests() => _ledger = new QuotaLedger(_time);

    [Fact]
    public void What_left_after_the_attempt_that_was_answered_is_taken_off()
    {
        Announce(limit: 600, remaining: 600);
        Grant first = Take(100);
        _time.Advance(TimeSpan.FromSeconds(1));
        Take(100);

        End(first, remaining: 500);

        Free().ShouldBeInRange(398, 402);
    }

    [Fact]
    public void What_the_provider_gives_back_is_seen()
    {
        Announce(limit: 600, remaining: 600);
        Take(300);
        _time.Advance(TimeSpan.FromSeconds(1));
        Grant later = Take(1);
        _time.Advance(TimeSpan.FromSeconds(1));

        End(later, remaining: 550);

        Free().ShouldBeInRange(548, 550, "250 of the 300 were given back");
    }

    [Fact]
    public void What_others_spent_is_seen()
    {
        Announce(limit: 600, remaining: 600);
        Grant mine = Take(10);

        End(mine, remaining: 200);

        Free().ShouldBeInRange(185, 200);
    }

    [Fact]
    public void A_refused_attempt_took_no_tokens()
    {
        Announce(limit: 600, remaining: 600);
        Grant refused = Take(300);

        _ledger.Settle(ref refused, new Verdict(VerdictKind.RateLimited, "429"), _time.GetTimestamp());

        Free().ShouldBeInRange(595, 600);
    }

    [Fact]
    public void A_guessed_cost_leaves_a_reserve_and_a_counted_one_none()
    {
        Announce(limit: 600, remaining: 600);
        Announce(limit: 600, remaining: 600, LimitUnit.Requests, "requests");
        Take(300);

        Fits(Resource, new Cost(0, Tokens: 290)).ShouldBeFalse();
        Fits(Resource, new Cost(0, Tokens: 100)).ShouldBeTrue();
        Fits("requests", new Cost(600)).ShouldBeTrue();
    }

    [Fact]
    public void A_call_as_large_as_the_bucket_goes_when_it_is_full()
    {
        Announce(limit: 600, remaining: 600);

        Fits(Resource, new Cost(0, Tokens: 600)).ShouldBeTrue();
    }

    /// <remarks>Costs are known exactly; ways there take up to 200 ms, answers as long as they like, and come in any order. Some costs are given back at the end.</remarks>
    [Fact]
    public void A_bucket_is_never_overdrawn_where_costs_are_known()
    {
        Gen<(int Gap, int Cost, int There, int Back, int Refund)> steps =
            from gap in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(0, 400)), (1, Gen.Choose(0, 5000)))
            from cost in Gen.Choose(1, 40)
            from there in Gen.Choose(0, 200)
            from back in Gen.Frequency((3, Gen.Choose(0, 2000)), (1, Gen.Choose(0, 9000)))
            from refund in Gen.Choose(0, cost)
            select (gap, cost, there, back, refund);
        Prop.ForAll(Arb.From(Gen.ListOf(steps, 80).Select(l => l.ToList())), script => new Provider(100, TimeSpan.FromSeconds(20)).Lowest(script) > -1e-6)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    private void Announce(long limit, long remaining, LimitUnit unit = LimitUnit.Tokens, string resource = Resource)
    {
        Grant grant = default;
        Admit(new Cost(0), ref grant, resource).ShouldBe(Admission.Granted);
        Settle(ref grant, limit, remaining, unit, resource);
    }

    private Grant Take(long tokens)
    {
        Grant grant = default;
        Admit(new Cost(0, tokens), ref grant).ShouldBe(Admission.Granted);
        return grant;
    }

    private void End(Grant grant, long remaining) => Settle(ref grant, 600, remaining);

    private bool Fits(string resource, in Cost cost)
    {
        Grant grant = default;
        bool fits = Admit(cost, ref grant, resource) == Admission.Granted;
        _ledger.Return(ref grant);
        return fits;
    }

    private long Free() => _ledger.Snapshot().Single(q => q.Resource == Resource).Limits.Single().Free;

    private Admission Admit(in Cost cost, ref Grant grant, string resource = Resource) => _ledger.Admit(
        new QuotaDemand
        {
            Policy = _policy,
            Provider = "test",
            Account = "a",
            CostIsKnown = true,
            Uses = [new QuotaUse(resource, cost)],
            MaxWait = TimeSpan.Zero,
            TimeLeft = Timeout.InfiniteTimeSpan,
        },
        ref grant,
        out _,
        out _);

    private void Settle(ref Grant grant, long limit, long remaining, LimitUnit unit = LimitUnit.Tokens, string resource = Resource)
    {
        Verdict verdict = Verdict.Ok;
        verdict.Observed.TryAdd(new QuotaObservation(resource, unit)
        {
            Limit = limit,
            Remaining = remaining,
            Meaning = ResetMeaning.TimeUntilFull,
            Window = TimeSpan.FromMinutes(10),
        });
        _ledger.Settle(ref grant, verdict, _time.GetTimestamp());
        _ledger.Release(ref grant);
    }

    /// <summary>A bucket that counts what arrives and says in each answer what is left; the client waits as the ledger tells it.</summary>
    private sealed class Provider(long limit, TimeSpan period)
    {
        private readonly ManualTime _time = new();
        private readonly PriorityQueue<Action, TimeSpan> _events = new();
        private readonly List<Waiter> _waiting = [];
        private readonly Dictionary<Waiter, (int Gap, int Cost, int There, int Back, int Refund)> _steps = [];
        private double _level = limit;
        private TimeSpan _at;

        public double Lowest(IEnumerable<(int Gap, int Cost, int There, int Back, int Refund)> script)
        {
            var ledger = new QuotaLedger(_time);
            var policy = new QuotaPolicy("client", 1, [], []);
            double lowest = limit;
            TimeSpan at = TimeSpan.Zero;
            foreach ((int Gap, int Cost, int There, int Back, int Refund) step in script.Prepend((0, 1, 10, 10, 0)))
            {
                _events.Enqueue(() => Call(step), at);
                at += TimeSpan.FromMilliseconds(step.Gap + 30);
            }

            while (Next() is { } next)
            {
                _time.Advance(next - _time.Elapsed);
                SendGranted();
                while (_events.TryPeek(out _, out TimeSpan due) && due <= _time.Elapsed)
                {
                    _events.Dequeue()();
                    SendGranted();
                }
            }

            _waiting.ShouldBeEmpty("nobody may wait for ever");
            return lowest;

            void Call((int Gap, int Cost, int There, int Back, int Refund) step)
            {
                Grant grant = default;
                var demand = new QuotaDemand
                {
                    Policy = policy,
                    Provider = "test",
                    Account = "a",
                    CostIsKnown = true,
                    Uses = [new QuotaUse("points", new Cost(0, Points: step.Cost), QuotaStart.FirstAnswer)],
                    MaxWait = Timeout.InfiniteTimeSpan,
                    TimeLeft = Timeout.InfiniteTimeSpan,
                };
                switch (ledger.Admit(demand, ref grant, out Waiter? waiter, out QuotaRefusal? refusal))
                {
                    case Admission.Granted:
                        Send(step, grant);
                        break;
                    case Admission.Waiting:
                        _waiting.Add(waiter!);
                        _steps[waiter!] = step;
                        break;
                    default:
                        throw new InvalidOperationException(refusal?.Message);
                }
            }

            void SendGranted()
            {
                foreach (Waiter waiter in _waiting.Where(w => w.Outcome == Admission.Granted).ToList())
                {
                    _waiting.Remove(waiter);
                    Send(_steps[waiter], waiter.Grant);
                }
            }

            void Send((int Gap, int Cost, int There, int Back, int Refund) step, Grant grant)
            {
                TimeSpan arrives = _time.Elapsed + TimeSpan.FromMilliseconds(step.There);
                _events.Enqueue(
                    () =>
                    {
                        Refill();
                        _level -= step.Cost;
                        lowest = Math.Min(lowest, _level);
                    },
                    arrives);
                TimeSpan written = arrives + TimeSpan.FromMilliseconds(step.Back);
                _events.Enqueue(
                    () =>
                    {
                        Refill();
                        _level = Math.Min(limit, _level + step.Refund);
                        var remaining = (long)Math.Floor(_level);
                        _events.Enqueue(() => Answered(grant, remaining), _time.Elapsed + TimeSpan.FromMilliseconds(step.There));
                    },
                    written);
            }

            void Answered(Grant grant, long remaining)
            {
                Verdict verdict = Verdict.Ok;
                verdict.Observed.TryAdd(new QuotaObservation("points", LimitUnit.Points)
                {
                    Limit = limit,
                    Remaining = remaining,
                    Meaning = ResetMeaning.TimeUntilFull,
                    Window = period,
                });
                ledger.Settle(ref grant, verdict, _time.GetTimestamp());
                ledger.Release(ref grant);
            }
        }

        private void Refill()
        {
            _level = Math.Min(limit, _level + ((_time.Elapsed - _at) / period * limit));
            _at = _time.Elapsed;
        }

        private TimeSpan? Next()
        {
            TimeSpan? timer = _time.NextDue;
            TimeSpan? step = _events.TryPeek(out _, out TimeSpan due) ? due : null;
            return timer < step || step is null ? timer : step;
        }
    }
}
