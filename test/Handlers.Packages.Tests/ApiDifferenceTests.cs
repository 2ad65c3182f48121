namespace Handlers.Packages.Tests;

public sealed class ApiDifferenceTests
{
    [Fact]
    public void Says_nothing_about_equal_lists()
    {
        string[] list = ["class A", "    int B { get; }"];

        ApiDifference.Between(list, list).ShouldBeEmpty();
    }

    [Fact]
    public void Names_the_type_of_each_line_that_went_or_came()
    {
        string[] listed = ["class A", "    int B { get; }", "    int C { get; }", "class D"];
        string[] built = ["class A", "    int B { get; set; }", "    int C { get; }", "class D", "    D()"];

        string[] difference = ApiDifference.Between(listed, built);

        difference.ShouldBe(["  class A", "-     int B { get; }", "+     int B { get; set; }", "  class D", "+     D()"]);
    }
}
