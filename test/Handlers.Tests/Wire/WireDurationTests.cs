using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class WireDurationTests
{
    [Theory]
    [InlineData("20ms", 200_000)]
    [InlineData("1s", 10_000_000)]
    [InlineData("8.64s", 86_400_000)]
    [InlineData("1m12.5s", 725_000_000)]
    [InlineData("6m0s", 3_600_000_000)]
    [InlineData("1h30m0s", 54_000_000_000)]
    [InlineData("10h17m5.723541104s", 370_257_235_412)]
    [InlineData("250µs", 2_500)]
    [InlineData("250\u03BCs", 2_500)]
    [InlineData("250us", 2_500)]
    [InlineData("1ns", 1)]
    [InlineData("100ns", 1)]
    [InlineData("101ns", 2)]
    [InlineData("50ns50ns", 1)] // rounded once, at the end
    [InlineData("0.00000000000000000001h", 1)]
    [InlineData("1.5h", 54_000_000_000)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData(" 1s ", 10_000_000)]
    public void Reads_Go_durations_to_the_tick(string text, long ticks)
    {
        WireDuration.TryParseGo(text, out TimeSpan duration).ShouldBeTrue();

        duration.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("1S")]
    [InlineData("1m 12s")]
    [InlineData("1d")]
    [InlineData("1s,")]
    [InlineData("1m12")]
    [InlineData("1e3s")]
    public void Refuses_what_is_no_Go_duration(string text)
    {
        WireDuration.TryParseGo(text, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("47s", 470_000_000)]
    [InlineData("4.843473059s", 48_434_731)]
    [InlineData("38.804097346s", 388_040_974)]
    [InlineData("51820.638305887s", 518_206_383_059)]
    [InlineData("0s", 0)]
    [InlineData("0.000000001s", 1)]
    public void Reads_protobuf_durations_to_the_tick(string text, long ticks)
    {
        WireDuration.TryParseProtobuf(text, out TimeSpan duration).ShouldBeTrue();

        duration.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("47")]
    [InlineData("-1s")]
    [InlineData("1m1s")]
    [InlineData("47 s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("47ss")]
    public void Refuses_what_is_no_protobuf_duration(string text)
    {
        WireDuration.TryParseProtobuf(text, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("999999999999999999999999999999999999999999h")]
    [InlineData("18446744073709551615h18446744073709551615h")]
    [InlineData("4380001h")]
    public void A_huge_duration_stays_huge(string text)
    {
        WireDuration.TryParseGo(text, out TimeSpan duration).ShouldBeTrue();

        duration.ShouldBe(WireDuration.Longest);
    }

    [Fact]
    public void The_longest_duration_can_be_added_to_a_clock()
    {
        DateTimeOffset serverNow = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

        (serverNow + WireDuration.Longest).Year.ShouldBe(2526);
    }

    [Theory]
    [InlineData("Rate limit reached. Please try again in 644ms. Visit https://example.com", 6_440_000)]
    [InlineData("Please try again in 9.816s.", 98_160_000)]
    [InlineData("please Try Again In 1m12s", 720_000_000)]
    [InlineData("limit: 20\nPlease retry in 10h17m5.723541104s.", 370_257_235_412)]
    [InlineData("Please retry in 38.8s, or later", 388_000_000)]
    [InlineData("Please retry in 900ms", 9_000_000)]
    [InlineData("Please retry in 1m 12s", 720_000_000)]
    [InlineData("Please retry in 5s 3 times", 50_000_000)]
    [InlineData("Please retry after 6 seconds.", 60_000_000)]
    [InlineData("Try again in 1 hour 30 minutes", 54_000_000_000)]
    [InlineData("You may retry in a moment. Please retry in 3s", 30_000_000)]
    public void Finds_the_duration_a_message_names(string message, long ticks)
    {
        WireDuration.TryFindInMessage(message, out TimeSpan duration).ShouldBeTrue();

        duration.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Please try again later")]
    [InlineData("Please try again in")]
    [InlineData("Please try again in a moment, not in 5s")]
    [InlineData("Please retry in 5")]
    [InlineData("Please retry in -5s")]
    [InlineData("Please retry in 5sec0nds")]
    [InlineData("Please retry in 5 apples")]
    [InlineData("Please retry in5s")]
    public void Finds_nothing_where_none_is_named(string message)
    {
        WireDuration.TryFindInMessage(message, out _).ShouldBeFalse();
    }

    [Fact]
    public void Never_throws_and_is_never_negative()
    {
        Prop.ForAll<string>(text =>
        {
            _ = WireDuration.TryParseGo(text, out TimeSpan go);
            _ = WireDuration.TryParseProtobuf(text + "s", out TimeSpan protobuf);
            _ = WireDuration.TryParseMilliseconds(text, out TimeSpan milliseconds);
            _ = WireDuration.TryFindInMessage("Please retry in " + text, out TimeSpan message);
            return go >= TimeSpan.Zero && protobuf >= TimeSpan.Zero && milliseconds >= TimeSpan.Zero && message >= TimeSpan.Zero;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Is_never_shorter_than_written_and_less_than_a_tick_longer()
    {
        Prop.ForAll<uint, uint>((seconds, nanoseconds) =>
        {
            nanoseconds %= 1_000_000_000;
            _ = WireDuration.TryParseProtobuf($"{seconds}.{nanoseconds:000000000}s", out TimeSpan duration);
            UInt128 written = ((UInt128)seconds * 1_000_000_000) + nanoseconds;
            UInt128 read = UInt128.Min((UInt128)duration.Ticks * 100, written + 100);
            return duration == WireDuration.Longest || (read >= written && read < written + 100);
        }).QuickCheckThrowOnFailure();
    }
}
