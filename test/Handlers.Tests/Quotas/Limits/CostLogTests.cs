using FsCheck;
using FsCheck.Fluent;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public sealed class CostLogTests
{
    [Fact]
    public void Starts_empty()
    {
        CostLog log = default;

        log.Sum.ShouldBe(0);
        log.Newest.ShouldBe(long.MinValue);
        log.TickOf(1).ShouldBe(Limit.Never);
    }

    [Fact]
    public void Tells_when_so_much_of_the_oldest_has_been_counted()
    {
        CostLog log = default;
        log.Add(10, 3, grid: 1);
        log.Add(20, 4, grid: 1);
        log.Add(30, 5, grid: 1);

        log.TickOf(1).ShouldBe(10);
        log.TickOf(3).ShouldBe(10);
        log.TickOf(4).ShouldBe(20);
        log.TickOf(12).ShouldBe(30);
        log.TickOf(13).ShouldBe(Limit.Never);
    }

    [Fact]
    public void What_is_dropped_leaves_the_sum()
    {
        CostLog log = default;
        log.Add(10, 3, grid: 1);
        log.Add(20, 4, grid: 1);

        log.DropThrough(10);
        long after = log.Sum;
        log.DropThrough(20);

        after.ShouldBe(4);
        log.Sum.ShouldBe(0);
    }

    [Fact]
    public void What_was_counted_before_is_not_taken_back()
    {
        CostLog log = default;
        log.Add(10, 3, grid: 1);
        log.Add(20, 4, grid: 1);

        log.Remove(tick: 10, amount: 100);

        log.Sum.ShouldBe(3);
    }

    [Fact]
    public void On_a_grid_amounts_never_leave_early_and_at_most_a_grid_late()
    {
        CostLog log = default;
        log.Add(101, 1, grid: 100);
        log.Add(199, 1, grid: 100);
        log.Add(200, 1, grid: 100);

        log.DropThrough(199);
        long before = log.Sum;
        log.DropThrough(200);

        before.ShouldBe(3);
        log.Sum.ShouldBe(0);
    }

    /// <summary>Whatever is added, taken back and dropped: sum and ticks are those of a plain list.</summary>
    [Fact]
    public void Behaves_like_a_list()
    {
        Gen<(int Kind, int Gap, int Amount)> steps = from kind in Gen.Choose(0, 5) from gap in Gen.Choose(0, 30) from amount in Gen.Choose(0, 9) select (kind, gap, amount);
        Prop.ForAll(Arb.From(Gen.ListOf(steps).Select(l => l.ToList())), script =>
        {
            CostLog log = default;
            List<(long Tick, long Amount)> model = [];
            long now = 0;
            foreach ((int kind, int gap, int amount) in script)
            {
                now += gap;
                switch (kind)
                {
                    case < 4:
                        log.Add(now, amount, grid: 1);
                        model.Add((now, amount));
                        break;
                    case 4:
                        log.DropThrough(now - 40);
                        model.RemoveAll(e => e.Tick <= now - 40);
                        break;
                    default:
                        log.Remove(now - 20, amount);
                        TakeBack(model, now - 20, amount);
                        break;
                }

                if (log.Sum != model.Sum(e => e.Amount) || log.TickOf(5) != TickOf(model, 5))
                {
                    return false;
                }
            }

            return true;
        }).Check(Seeded.Config(seed: 1, tests: 300));
    }

    private static void TakeBack(List<(long Tick, long Amount)> model, long after, long amount)
    {
        for (int i = 0; i < model.Count; i++)
        {
            if (model[i].Tick > after)
            {
                long part = Math.Min(amount, model[i].Amount);
                model[i] = (model[i].Tick, model[i].Amount - part);
                amount -= part;
            }
        }
    }

    private static long TickOf(List<(long Tick, long Amount)> model, long amount)
    {
        foreach ((long tick, long part) in model)
        {
            amount -= part;
            if (amount <= 0 && part > 0)
            {
                return tick;
            }
        }

        return Limit.Never;
    }
}
