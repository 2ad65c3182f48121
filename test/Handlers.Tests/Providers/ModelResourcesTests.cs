using System.Globalization;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class ModelResourcesTests
{
    [Fact]
    public void One_model_has_the_same_names_every_time()
    {
        ModelResources resources = new("requests", "tokens");

        string[] names = resources.For("gpt-5");

        names.ShouldBe(["gpt-5/requests", "gpt-5/tokens"]);
        resources.For("gpt-5").ShouldBeSameAs(names);
        resources.For(null).ShouldBe(["requests", "tokens"]);
        resources.For("").ShouldBe(["requests", "tokens"]);
    }

    [Fact]
    public void A_flood_of_model_names_does_not_grow_it_for_ever()
    {
        ModelResources resources = new("requests");

        string[][] names = [.. Enumerable.Range(0, 1000).Select(i => resources.For(i.ToString(CultureInfo.InvariantCulture)))];

        names.Count(name => name[0] == "requests").ShouldBe(1000 - 256);
        resources.For(new string('m', 129)).ShouldBe(["requests"]);
    }

    [Theory]
    [InlineData("tokens", "gpt-5/tokens")]
    [InlineData("input-tokens", "gpt-5/input-tokens")]
    [InlineData("put-tokens", "gpt-5/input-tokens")]
    public void A_kind_is_found_among_what_a_plan_charges_else_the_first_is_taken(string kind, string expected)
    {
        CallPlan plan = new() { Quotas = [new("gpt-5/input-tokens", Cost.OneRequest), new("gpt-5/tokens", Cost.OneRequest)] };

        ModelResources.In(plan, kind).ShouldBe(expected);
        ModelResources.In(default, kind).ShouldBe(kind);
    }
}
