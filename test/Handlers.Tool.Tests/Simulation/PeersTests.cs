using Handlers.Tool.Simulation;
using Handlers.Tool.Simulation.Peers;

namespace Handlers.Tool.Tests.Simulation;

public sealed class PeersTests
{
    // The retry specification of the AWS SDKs: last maximum 10, throttled at t = 5, then successes.
    [Fact]
    public void Cubic_follows_the_vectors_of_the_aws_sdks()
    {
        var cubic = new CubicRate(startingMax: 10, start: 0);

        double[] rates = [cubic.Refused(10, 5), .. new[] { 6.0, 7, 8, 9, 10, 11 }.Select(cubic.Succeeded)];

        cubic.K.ShouldBe(1.9574338, 1e-6);
        double[] expected = [7, 9.64893601, 10.00003085, 10.45328452, 13.40869703, 21.26626836, 36.42599853];
        for (int i = 0; i < expected.Length; i++)
        {
            rates[i].ShouldBe(expected[i], 1e-6);
        }
    }

    [Fact]
    public void Max_min_shares_give_the_modest_what_they_want_and_divide_the_rest()
    {
        double[] shares = Measures.MaxMinFair([50, 1, 1, 4], capacity: 10);

        shares.ShouldBe([4, 1, 1, 4]);
    }
}
