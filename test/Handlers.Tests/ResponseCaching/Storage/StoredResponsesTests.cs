using FsCheck;
using FsCheck.Fluent;
using Handlers.ResponseCaching;
using Handlers.Tests.Support;

namespace Handlers.Tests.ResponseCaching;

public class StoredResponsesTests
{
    private static readonly CredentialDigests Digests = new();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Are_older_by_as_much_as_the_clock_was_set_in_either_direction(int hours)
    {
        var time = new ManualClock();
        var clock = new Clock(time);
        time.StepWallClock(Samples.Now - time.GetUtcNow() + TimeSpan.FromHours(hours));
        StoredResponse stored = StoredResponses.FromBytes(Full().ToBytes()).ShouldNotBeNull().Variants[0];

        stored.Anchor(clock, clock.Now);

        stored.AgeAt(clock, clock.Now).ShouldBe(stored.InitialAge + TimeSpan.FromHours(1));
    }

    [Fact]
    public void Come_back_from_their_bytes_as_they_were()
    {
        StoredResponses before = Full();

        StoredResponses after = StoredResponses.FromBytes(before.ToBytes()).ShouldNotBeNull();

        after.Variants.Length.ShouldBe(2);
        for (int i = 0; i < 2; i++)
        {
            (StoredResponse a, StoredResponse b) = (before.Variants[i], after.Variants[i]);
            b.Status.ShouldBe(a.Status);
            b.Reason.ShouldBe(a.Reason);
            b.Version.ShouldBe(a.Version);
            b.Received.ShouldBe(a.Received);
            b.InitialAge.ShouldBe(a.InitialAge);
            b.Freshness.ShouldBe(a.Freshness);
            b.Directives.ShouldBe(a.Directives);
            b.ETag.ShouldBe(a.ETag);
            b.LastModified.ShouldBe(a.LastModified);
            b.Date.ShouldBe(a.Date);
            b.Body.ToArray().ShouldBe(a.Body.ToArray());
            Text(b.Headers).ShouldBe(Text(a.Headers));
            Text(b.ContentHeaders).ShouldBe(Text(a.ContentHeaders));
            Text(b.Trailers).ShouldBe(Text(a.Trailers));
            b.Selecting.Match(Samples.Request(("Accept", $"v{i}")), Digests).ShouldBeTrue();
            b.Size.ShouldBe(a.Size);
        }
    }

    [Fact]
    public void Are_nothing_when_any_byte_is_wrong()
    {
        byte[] bytes = Full().ToBytes();

        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x40;
            StoredResponses.FromBytes(damaged).ShouldBeNull($"byte {at}");
        }
    }

    [Fact]
    public void Are_nothing_when_the_end_is_missing_or_something_follows()
    {
        byte[] bytes = Full().ToBytes();

        for (int length = 0; length < bytes.Length; length++)
        {
            StoredResponses.FromBytes(bytes.AsSpan(0, length)).ShouldBeNull();
        }

        StoredResponses.FromBytes([.. bytes, 0]).ShouldBeNull();
    }

    [Fact]
    public void Never_fail_on_garbage() => Prop.ForAll<byte[]>(garbage =>
    {
        StoredResponses.FromBytes(garbage).ShouldBeNull();
    }).QuickCheckThrowOnFailure();

    // A checksum can be right over nonsense: what reads the parts must not trust any length.
    [Fact]
    public void Never_fail_on_garbage_with_a_right_checksum() => Prop.ForAll<byte[], int>((garbage, seed) =>
    {
        byte[] bytes = Full().ToBytes();
        var random = new Random(seed);
        for (int i = 0; i < garbage.Length; i++)
        {
            bytes[8 + random.Next(bytes.Length - 8)] = garbage[i];
        }

        _ = StoredResponses.FromBytes(Resealed(bytes));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Replace_what_would_have_been_used_for_the_same_request()
    {
        StoredResponses before = Full();
        StoredResponse latest = Variant(1, "newer");

        StoredResponses after = StoredResponses.With(before, latest, Samples.Request(("Accept", "v1")), Digests, 8);

        after.Variants.Length.ShouldBe(2);
        after.Find(Samples.Request(("Accept", "v1")), Digests).ShouldBe(latest);
        after.Find(Samples.Request(("Accept", "v0")), Digests).ShouldBe(before.Variants[0]);
        after.Find(Samples.Request(("Accept", "v2")), Digests).ShouldBeNull();
    }

    [Fact]
    public void Drop_the_oldest_when_there_are_too_many()
    {
        StoredResponses? all = null;

        for (int i = 0; i < 5; i++)
        {
            all = StoredResponses.With(all, Variant(i, "x"), Samples.Request(("Accept", $"v{i}")), Digests, 3);
        }

        all.ShouldNotBeNull().Variants.Length.ShouldBe(3);
        all.Find(Samples.Request(("Accept", "v4")), Digests).ShouldNotBeNull();
        all.Find(Samples.Request(("Accept", "v1")), Digests).ShouldBeNull();
    }

    [Fact]
    public void Keep_nothing_beside_an_answer_for_everybody()
    {
        StoredResponses after = StoredResponses.With(Full(), Samples.Stored(), Samples.Request(), Digests, 8);

        after.Variants.Length.ShouldBe(1);
    }

    private static StoredResponses Full() => Samples.Responses(Variant(0, "zero"), Variant(1, "onë"));

    private static StoredResponse Variant(int number, string body) => Samples.Stored(
        body,
        [Samples.Field("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), Samples.Field("Cache-Control", "max-age=60", "immutable"), Samples.Field("ETag", "\"é\"")],
        [Samples.Field("Content-Type", "text/plain;charset=utf-8"), Samples.Field("Last-Modified", "Sat, 21 Nov 2026 11:00:00 GMT")],
        SelectingFields.Of(new FieldLines("Accept"), Samples.Request(("Accept", $"v{number}")), Digests),
        trailers: [Samples.Field("X-Checksum", "abc")]);

    private static string[] Text(StoredField[] fields) => [.. fields.Select(field => $"{field.Name}: {field.Lines}")];

    private static byte[] Resealed(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte octet in bytes.AsSpan(8))
        {
            crc = System.Numerics.BitOperations.Crc32C(crc, octet);
        }

        BitConverter.TryWriteBytes(bytes.AsSpan(4), ~crc);
        return bytes;
    }
}
