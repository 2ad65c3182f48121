using Handlers.ResponseCaching;

namespace Handlers.Tests.Diagnostics;

public sealed class CacheResultsTests
{
    private static readonly TimeSpan Left = TimeSpan.FromSeconds(5);

    [Fact]
    public void Every_form_of_the_field_is_read_for_what_it_says()
    {
        CacheResults.Of(CacheStatusField.Hit(Left)).ShouldBe(CacheResult.Hit);
        CacheResults.Of(CacheStatusField.Hit(-Left, "max-stale")).ShouldBe(CacheResult.Stale);
        CacheResults.Of(CacheStatusField.Hit(-Left, "stale-while-revalidate")).ShouldBe(CacheResult.Stale);
        CacheResults.Of(CacheStatusField.Shared(Left)).ShouldBe(CacheResult.Shared);
        CacheResults.Of(CacheStatusField.Revalidated(Forward.Stale, 304, Left, null)).ShouldBe(CacheResult.Revalidated);
        CacheResults.Of(CacheStatusField.Revalidated(Forward.Stale, 503, -Left, "stale-if-error")).ShouldBe(CacheResult.Stale);
        CacheResults.Of(CacheStatusField.Forwarded(Forward.Miss, stored: true)).ShouldBe(CacheResult.Miss);
        CacheResults.Of(CacheStatusField.Forwarded(Forward.VaryMiss, stored: false)).ShouldBe(CacheResult.Miss);
        CacheResults.Of(CacheStatusField.Forwarded(Forward.Request, stored: false)).ShouldBe(CacheResult.Miss);
        CacheResults.Of(CacheStatusField.Forwarded(Forward.Stale, stored: true)).ShouldBe(CacheResult.Miss);
        CacheResults.Of(CacheStatusField.ForwardedAlone(Forward.Miss)).ShouldBe(CacheResult.Miss);
        CacheResults.Of(CacheStatusField.Forwarded(Forward.Bypass, stored: false)).ShouldBe(CacheResult.None);
        CacheResults.Of(CacheStatusField.Forwarded(Forward.Method, stored: false)).ShouldBe(CacheResult.None);
        CacheResults.Of(CacheStatusField.Refused("only-if-cached")).ShouldBe(CacheResult.None);
        CacheResults.Of(null).ShouldBe(CacheResult.None);
    }
}
