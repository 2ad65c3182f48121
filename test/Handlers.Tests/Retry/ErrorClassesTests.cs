using Handlers.Retry;

namespace Handlers.Tests.Retry;

public class ErrorClassesTests
{
    [Fact]
    [Trait("Requirement", "A5")]
    public void Reads_names_codes_classes_and_ranges()
    {
        ErrorClasses classes = ErrorClasses.Parse("connection, Read-Timeout, 408, 5xx, 420-424");

        classes.Named.ShouldBe(ErrorNames.Connection | ErrorNames.ReadTimeout);
        Statuses(classes).ShouldBe([408, .. Enumerable.Range(420, 5), .. Enumerable.Range(500, 100).Except([501, 505])]);
    }

    [Fact]
    public void The_default_repeats_transient_failures_alone()
    {
        ErrorClasses classes = ErrorClasses.Parse(RetryOptions.DefaultRetryOn);

        classes.Named.ShouldBe(ErrorNames.Connection | ErrorNames.Timeout | ErrorNames.ReadTimeout | ErrorNames.PoolTimeout | ErrorNames.Reset);
        Statuses(classes).ShouldBe([408, .. Enumerable.Range(500, 100).Except([501, 505])]);
    }

    [Theory]
    [InlineData("5xx, 501", 501)]
    [InlineData("500-505", 505)]
    public void A_code_that_a_class_leaves_out_counts_when_it_is_named(string text, int status) =>
        ErrorClasses.Parse(text).Contains(status).ShouldBeTrue();

    [Theory]
    [InlineData("5xx, -503")]
    [InlineData("-503, 5xx")]
    [InlineData("500-504, -502-503")]
    public void A_minus_takes_away_wherever_it_stands(string text)
    {
        ErrorClasses classes = ErrorClasses.Parse(text);

        classes.Contains(503).ShouldBeFalse();
        classes.Contains(500).ShouldBeTrue();
    }

    [Fact]
    public void A_minus_takes_away_names_too() =>
        ErrorClasses.Parse("connection, reset, -reset").Named.ShouldBe(ErrorNames.Connection);

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("none")]
    public void Nothing_is_the_empty_list(string text)
    {
        ErrorClasses classes = ErrorClasses.Parse(text);

        classes.Named.ShouldBe(ErrorNames.None);
        Statuses(classes).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("399")]
    [InlineData("600")]
    [InlineData("2xx")]
    [InlineData("50x")]
    [InlineData("504-500")]
    [InlineData("500-")]
    [InlineData("-")]
    [InlineData("timeouts!")]
    [InlineData("5000000000000")]
    public void What_it_cannot_read_is_an_error_that_quotes_it(string entry)
    {
        bool read = ErrorClasses.TryParse($"408, {entry}", out _, out string? error);

        read.ShouldBeFalse();
        error.ShouldNotBeNull().ShouldStartWith($"\"{entry}\" is ");
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(399)]
    [InlineData(600)]
    [InlineData(int.MaxValue)]
    public void No_list_holds_a_code_that_is_no_failure(int status) => ErrorClasses.Parse("400-599").Contains(status).ShouldBeFalse();

    [Fact]
    public void Asking_allocates_nothing()
    {
        ErrorClasses classes = ErrorClasses.Parse(RetryOptions.DefaultRetryOn);
        _ = classes.Contains(503);
        long before = GC.GetAllocatedBytesForCurrentThread();

        bool all = classes.Contains(503) & classes.Contains(ErrorNames.Reset) & !classes.Contains(404);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        all.ShouldBeTrue();
    }

    private static IEnumerable<int> Statuses(ErrorClasses classes) => Enumerable.Range(0, 1000).Where(classes.Contains);
}
