using System.Security.Cryptography;
using System.Text;
using Handlers.ResponseCaching;

namespace Handlers;

/// <summary>
/// What a stored answer is found by: whose it is, the URI, and the request fields that may choose the answer although no <c>Vary</c> names them. Two accounts
/// never have the same key. Made without allocating, compared in full: two different requests can't meet by a colliding hash.
/// </summary>
public readonly struct ResponseKey : IEquatable<ResponseKey>
{
    private readonly ResponseOwner _owner;
    private readonly string _target;
    private readonly int _hash;
    private readonly ResponseKeyKind _kind;

    internal ResponseKey(ResponseOwner owner, string target, ResponseKeyKind kind)
    {
        _owner = owner;
        _target = target;
        _kind = kind;
        _hash = HashCode.Combine(owner.GetHashCode(), target.GetHashCode(StringComparison.Ordinal), kind);
    }

    internal bool IsHead => (_kind & ResponseKeyKind.Head) != 0;

    /// <summary>The application named the account.</summary>
    internal bool IsNamed => (_kind & ResponseKeyKind.NamedAccount) != 0;

    /// <summary>How many characters the key holds on to.</summary>
    internal int Length => _owner.Length + _target.Length;

    /// <summary>The URI: what a write changes, whoever asks.</summary>
    internal string Target => _target;

    /// <summary>Whether two keys are equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ResponseKey left, ResponseKey right) => left.Equals(right);

    /// <summary>Whether two keys differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ResponseKey left, ResponseKey right) => !left.Equals(right);

    internal ResponseKey ForGet() => new(_owner, _target, _kind & ~ResponseKeyKind.Head);

    internal ResponseKey ForHead() => new(_owner, _target, _kind | ResponseKeyKind.Head);

    /// <summary>The key of the same account for a GET of another URI.</summary>
    internal ResponseKey For(string target) => new(_owner, target, _kind & ~ResponseKeyKind.Head);

    /// <summary>The key of the same account for a request without fields that nobody knows.</summary>
    internal ResponseKey ForPlain() => new(_owner.WithoutUnnamed(), _target, _kind);

    /// <inheritdoc/>
    public bool Equals(ResponseKey other) =>
        _hash == other._hash && _kind == other._kind && _target == other._target && (ReferenceEquals(_owner, other._owner) || (_owner?.Equals(other._owner) ?? false));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ResponseKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The same text in every process, for stores outside of it: 256 bits over all parts, from which neither the URI nor the account can be read.</summary>
    public override string ToString()
    {
        // Each part with its length in front, so that no two keys run together to the same text.
        string text = $"{(int)_kind}:{_owner?.Scope.Length}:{_owner?.Scope}:{_owner?.Account.Length}:{_owner?.Account}:{_owner?.Unnamed.Length}:{_owner?.Unnamed}:{_target}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
