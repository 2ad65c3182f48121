using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class ResponseKeyTests
{
    private static readonly ResponseKey Key = Make("client", "acme", "", "https://a/x?y", ResponseKeyKind.NamedAccount);

    [Fact]
    public void Is_equal_by_value()
    {
        ResponseKey same = Make("client", "acme", "", string.Concat("https://a", "/x?y"), ResponseKeyKind.NamedAccount);

        same.ShouldBe(Key);
        (same == Key).ShouldBeTrue();
        same.GetHashCode().ShouldBe(Key.GetHashCode());
        same.ToString().ShouldBe(Key.ToString());
    }

    public static TheoryData<string, string, string, string, int> Others => new()
    {
        { "other", "acme", "", "https://a/x?y", 1 },
        { "client", "other", "", "https://a/x?y", 1 },
        { "client", "acme", "tenant", "https://a/x?y", 1 },
        { "client", "acme", "", "https://a/x?Y", 1 },
        { "client", "acme", "", "https://a/x?y", 2 }, // the digest of a credential is no account's name
        { "client", "acme", "", "https://a/x?y", 5 }, // an answer to HEAD is none to GET
        { "client", "acmeh", "", "ttps://a/x?y", 1 }, // the parts don't run together
        { "clienta", "cme", "", "https://a/x?y", 1 },
        { "client", "", "acme", "https://a/x?y", 1 },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Differs_when_any_part_does(string scope, string account, string unnamed, string target, int kind)
    {
        ResponseKey other = Make(scope, account, unnamed, target, (ResponseKeyKind)kind);

        (other != Key).ShouldBeTrue();
        (other.ToString() == Key.ToString()).ShouldBeFalse();
    }

    [Fact]
    public void Shows_outside_only_a_hash()
    {
        Key.ToString().ShouldMatch("^[0-9a-f]{64}$");
        default(ResponseKey).ToString().Length.ShouldBe(64);
    }

    private static ResponseKey Make(string scope, string account, string unnamed, string target, ResponseKeyKind kind) =>
        new(new ResponseOwner(scope, account, unnamed), target, kind);
}
