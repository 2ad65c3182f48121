using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

public class EstimateErrorsTests
{
    private EstimateErrors _errors;

    [Fact]
    public void A_tenth_is_assumed_until_something_is_known()
    {
        _errors.Count(1000);

        double one = _errors.Reserve(1000);

        one.ShouldBe(300, tolerance: 1, "three standard deviations of a tenth");
    }

    [Fact]
    public void Errors_of_many_add_up_to_the_root_of_their_number()
    {
        _errors.Count(1000);

        double hundred = _errors.Reserve(100_000);

        hundred.ShouldBe(3000, tolerance: 1, "not a hundred times 300");
    }

    [Fact]
    public void Exact_estimates_need_hardly_any_reserve()
    {
        LearnMany(i => 1);

        _errors.Spread.ShouldBe(0.02, tolerance: 0.001);
        _errors.Reserve(1000).ShouldBeLessThan(100);
    }

    [Fact]
    public void The_spread_is_learned_from_sums()
    {
        var random = new Random(1);
        LearnMany(_ => 1 + (Uniform(random) * 0.3));

        _errors.Spread.ShouldBeInRange(0.1, 0.26, "0.3 / √3 of each one, of which four at a time were seen together");
    }

    [Fact]
    public void What_costs_more_than_it_seems_is_reckoned_with()
    {
        LearnMany(_ => 1.5);

        _errors.Ratio.ShouldBe(1.5, tolerance: 0.01);
        _errors.Reserve(1000).ShouldBeGreaterThan(500);
    }

    [Fact]
    public void What_costs_less_than_it_seems_lends_nothing()
    {
        LearnMany(_ => 0.5);

        _errors.Reserve(1000).ShouldBeGreaterThan(0, "the provider takes the whole estimate first, and gives back later");
    }

    [Fact]
    public void One_wild_answer_does_not_make_the_quota_useless()
    {
        _errors.Count(1000);

        _errors.Learn(1000, 1_000_000);

        _errors.Reserve(1000).ShouldBeLessThan(5000);
    }

    private static double Uniform(Random random) => (random.NextDouble() * 2) - 1;

    private void LearnMany(Func<int, double> factor)
    {
        for (int i = 0; i < 200; i++)
        {
            double actual = 0;
            for (int call = 0; call < 4; call++)
            {
                _errors.Count(1000);
                actual += 1000 * factor(i);
            }

            _errors.Learn(4000, actual);
        }
    }
}
