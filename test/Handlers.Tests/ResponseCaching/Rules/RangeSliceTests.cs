using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class RangeSliceTests
{
    [Theory]
    [InlineData("bytes=0-1", 0, 2)]
    [InlineData("bytes=1-", 1, 10)]
    [InlineData("bytes=-1", 10, 1)]
    [InlineData("bytes=-100", 0, 11)]
    [InlineData("bytes=0-99999999999999999999", 0, 11)]
    [InlineData("bytes=10-10", 10, 1)]
    [InlineData("Bytes = 2-3", 2, 2)]
    public void Cuts_one_part_out(string range, int from, int length)
    {
        RangeSlice slice = RangeSlice.Of(range, 11);

        slice.ShouldBe(new RangeSlice(RangeKind.Slice, from, length));
        slice.ContentRange(11).ShouldBe($"bytes {from}-{from + length - 1}/11");
    }

    [Theory]
    [InlineData("bytes=11-")]
    [InlineData("bytes=11-20")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=99999999999-")]
    public void Refuses_what_begins_behind_the_end(string range)
    {
        RangeSlice slice = RangeSlice.Of(range, 11);

        slice.Kind.ShouldBe(RangeKind.Unsatisfiable);
        slice.ContentRange(11).ShouldBe("bytes */11");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=5-3")]
    [InlineData("bytes=1 - 3")]
    [InlineData("lines=0-1")]
    public void Ignores_what_is_no_range(string? range) => RangeSlice.Of(range, 11).Kind.ShouldBe(RangeKind.Whole);

    [Fact]
    public void Leaves_several_parts_to_the_server() => RangeSlice.Of("bytes=0-1,4-5", 11).Kind.ShouldBe(RangeKind.Several);

    [Theory]
    [InlineData("bytes 0-4/10", true)]
    [InlineData("BYTES 0-4/*", true)]
    [InlineData("bytes */10", false)]
    [InlineData("items 0-4/10", false)]
    [InlineData("Content-Range-value", false)]
    [InlineData(null, false)]
    public void Knows_the_range_of_a_part(string? field, bool expected) => RangeSlice.IsContentRange(field).ShouldBe(expected);
}
