using System.Collections.Immutable;
using System.Globalization;
using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

public sealed class ExpectedCostsTests
{
    private static readonly ImmutableArray<QuotaUse> Planned = [new("complexity", new Cost(1, Points: 1)), new("*", Cost.OneRequest)];

    private readonly ExpectedCosts _costs = new();

    [Fact]
    public void Reserves_what_was_planned_until_an_answer_has_told()
    {
        _costs.Reserve("query", Planned).ShouldBe(Planned);
    }

    [Fact]
    public void One_answer_is_enough()
    {
        _costs.Learn("query", "complexity", LimitUnit.Points, 6000);

        ImmutableArray<QuotaUse> reserved = _costs.Reserve("query", Planned);

        reserved[0].Cost.ShouldBe(new Cost(1, Points: 6000));
        reserved[1].ShouldBe(Planned[1], "nobody told what it costs there");
    }

    [Fact]
    [Trait("Pitfall", "19")]
    public void Reserves_what_answers_said_and_a_little_more_where_they_differ()
    {
        for (int i = 0; i < 40; i++)
        {
            _costs.Learn("steady", "complexity", LimitUnit.Points, 1000);
            _costs.Learn("varied", "complexity", LimitUnit.Points, i % 2 == 0 ? 900 : 1100);
        }

        _costs.Reserve("steady", Planned)[0].Cost.Points.ShouldBe(1000);
        _costs.Reserve("varied", Planned)[0].Cost.Points.ShouldBeInRange(1060, 1140);
    }

    [Fact]
    public void Follows_when_costs_change()
    {
        for (int i = 0; i < 100; i++)
        {
            _costs.Learn("query", "complexity", LimitUnit.Points, i < 20 ? 6000 : 50);
        }

        _costs.Reserve("query", Planned)[0].Cost.Points.ShouldBeInRange(50, 130);
    }

    [Fact]
    public void Operations_do_not_mix_and_an_unknown_one_costs_about_what_the_others_do()
    {
        _costs.Learn("dear", "complexity", LimitUnit.Points, 8000);
        _costs.Learn("cheap", "complexity", LimitUnit.Points, 10);

        _costs.Reserve("dear", Planned)[0].Cost.Points.ShouldBe(8000);
        _costs.Reserve("cheap", Planned)[0].Cost.Points.ShouldBe(10);
        _costs.Reserve("new", Planned)[0].Cost.Points.ShouldBeInRange(1000, 8000);
    }

    [Theory]
    [InlineData(LimitUnit.Requests)]
    [InlineData(LimitUnit.Tokens)]
    [InlineData(LimitUnit.Points)]
    [InlineData(LimitUnit.Bytes)]
    public void Each_unit_is_learned_apart(LimitUnit unit)
    {
        _costs.Learn("query", "complexity", unit, 77);

        Cost cost = _costs.Reserve("query", Planned)[0].Cost;

        cost.In(unit).ShouldBe(77);
        Enum.GetValues<LimitUnit>().Where(other => other != unit).ShouldAllBe(other => cost.In(other) == Planned[0].Cost.In(other));
    }

    [Fact]
    public void A_flood_of_operations_is_bounded_and_still_learned_from()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _costs.Learn(i.ToString(CultureInfo.InvariantCulture), "complexity", LimitUnit.Points, 500);
        }

        long known = AllocatedByLearning("17");
        long unknown = AllocatedByLearning("one more");

        unknown.ShouldBe(known, "no entry is made for it");
        _costs.Reserve("never seen", Planned)[0].Cost.Points.ShouldBe(500);
    }

    [Fact]
    public void Asking_again_allocates_nothing()
    {
        _costs.Learn("query", "complexity", LimitUnit.Points, 6000);
        _costs.Reserve("query", Planned);

        long before = GC.GetAllocatedBytesForCurrentThread();
        _costs.Reserve("query", Planned);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.ShouldBe(0);
    }

    private long AllocatedByLearning(string operation)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _costs.Learn(operation, "complexity", LimitUnit.Points, 500);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
