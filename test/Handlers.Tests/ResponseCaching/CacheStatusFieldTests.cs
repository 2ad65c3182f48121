using Handlers.ResponseCaching;
using Handlers.Wire.StructuredFields;

namespace Handlers.Tests.ResponseCaching;

public class CacheStatusFieldTests
{
    public static TheoryData<string, string> Fields => new()
    {
        { CacheStatusField.Hit(TimeSpan.FromSeconds(57.9)), "Handlers;hit;ttl=57" },
        { CacheStatusField.Hit(TimeSpan.FromSeconds(-5), "stale-while-revalidate"), "Handlers;hit;ttl=-5;detail=stale-while-revalidate" },
        { CacheStatusField.Shared(TimeSpan.FromSeconds(60)), "Handlers;fwd=miss;collapsed;ttl=60" },
        { CacheStatusField.Forwarded(Forward.Miss, stored: true), "Handlers;fwd=uri-miss;stored" },
        { CacheStatusField.Forwarded(Forward.VaryMiss, stored: false), "Handlers;fwd=vary-miss" },
        { CacheStatusField.Forwarded(Forward.Method, stored: false), "Handlers;fwd=method" },
        { CacheStatusField.Forwarded(Forward.Bypass, "account-unknown"), "Handlers;fwd=bypass;detail=account-unknown" },
        { CacheStatusField.ForwardedAlone(Forward.Miss), "Handlers;fwd=uri-miss;collapsed" },
        { CacheStatusField.Revalidated(Forward.Stale, 304, TimeSpan.FromSeconds(60), null), "Handlers;fwd=stale;fwd-status=304;ttl=60" },
        { CacheStatusField.Revalidated(Forward.Stale, null, TimeSpan.FromSeconds(-1), "stale-if-error"), "Handlers;fwd=stale;ttl=-1;detail=stale-if-error" },
        { CacheStatusField.Refused("only-if-cached"), "Handlers;detail=only-if-cached" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Is_a_structured_field_in_its_canonical_form(string field, string expected)
    {
        field.ShouldBe(expected);
        StructuredField.TryParseList(field, out List<SfMember>? members).ShouldBeTrue();
        SfItem item = members.ShouldHaveSingleItem().ShouldBeOfType<SfItem>();
        item.Value.Kind.ShouldBe(SfKind.Token);
        StructuredField.TrySerialize(item, out string? canonical).ShouldBeTrue();
        canonical.ShouldBe(field);
    }
}
