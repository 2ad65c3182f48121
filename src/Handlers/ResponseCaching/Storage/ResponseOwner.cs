namespace Handlers.ResponseCaching;

/// <summary>
/// Whose answers a key is for: one object for the many keys of an account, compared by what it says. The key of every miss and of every entry holds one reference
/// instead of three.
/// </summary>
internal sealed class ResponseOwner(string scope, string account, string unnamed) : IEquatable<ResponseOwner>
{
    private readonly int _hash = HashCode.Combine(account, unnamed);

    /// <summary>The client, or empty where clients share their answers.</summary>
    public string Scope => scope;

    /// <summary>The account that the application named, or a digest of the credentials; empty for nobody's.</summary>
    public string Account => account;

    /// <summary>A digest of the request fields that may choose the answer although no <c>Vary</c> names them; empty without any.</summary>
    public string Unnamed => unnamed;

    /// <summary>How many characters it holds on to.</summary>
    public int Length => scope.Length + account.Length + unnamed.Length;

    /// <summary>The same for a request without fields that nobody knows.</summary>
    public ResponseOwner WithoutUnnamed() => unnamed.Length == 0 ? this : new ResponseOwner(scope, account, "");

    public bool Is(string otherScope, string otherAccount, string otherUnnamed) =>
        account == otherAccount && unnamed == otherUnnamed && scope == otherScope;

    public bool Equals(ResponseOwner? other) => ReferenceEquals(this, other) || (other is not null && _hash == other._hash && other.Is(scope, account, unnamed));

    public override bool Equals(object? obj) => Equals(obj as ResponseOwner);

    public override int GetHashCode() => _hash;
}
