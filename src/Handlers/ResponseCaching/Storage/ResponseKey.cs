using System.Security.Cryptography;
using System.Text;

namespace Handlers;

/// <summary>
/// What a stored answer is found by: whose it is, the URI, and the request fields that may choose the answer although no <c>Vary</c> names them. Two accounts
/// never have the same key. Made without allocating, compared in full: two different requests can't meet by a colliding hash.
/// </summary>
public readonly struct ResponseKey : IEquatable<ResponseKey>
{
    private readonly string _scope;
    private readonly string _account;
    private readonly string _target;
    private readonly string _unnamed;
    private readonly int _hash;
    private readonly int _targetHash;
    private readonly ResponseKeyKind _kind;

    internal ResponseKey(string scope, string account, string target, ResponseKeyKind kind, string unnamed = "")
        : this(scope, account, target, kind, unnamed, target.GetHashCode(StringComparison.Ordinal))
    {
    }

    private ResponseKey(string scope, string account, string target, ResponseKeyKind kind, string unnamed, int targetHash)
    {
        _scope = scope;
        _account = account;
        _target = target;
        _unnamed = unnamed;
        _kind = kind;
        _targetHash = targetHash;
        _hash = HashCode.Combine(account, unnamed, targetHash, kind);
    }

    internal bool IsHead => (_kind & ResponseKeyKind.Head) != 0;

    /// <summary>The application named the account.</summary>
    internal bool IsNamed => (_kind & ResponseKeyKind.NamedAccount) != 0;

    /// <summary>How many characters the key holds on to.</summary>
    internal int Length => _scope.Length + _account.Length + _target.Length + _unnamed.Length;

    /// <summary>The URI: what a write changes, whoever asks.</summary>
    internal string Target => _target;

    /// <summary>A hash of the URI alone.</summary>
    internal int TargetHash => _targetHash;

    /// <summary>Whether two keys are equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ResponseKey left, ResponseKey right) => left.Equals(right);

    /// <summary>Whether two keys differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ResponseKey left, ResponseKey right) => !left.Equals(right);

    internal ResponseKey ForGet() => new(_scope, _account, _target, _kind & ~ResponseKeyKind.Head, _unnamed, _targetHash);

    internal ResponseKey ForHead() => new(_scope, _account, _target, _kind | ResponseKeyKind.Head, _unnamed, _targetHash);

    /// <summary>The key of the same account for a GET of another URI.</summary>
    internal ResponseKey For(string target) => new(_scope, _account, target, _kind & ~ResponseKeyKind.Head, _unnamed);

    /// <summary>The key of the same account for a request without fields that nobody knows.</summary>
    internal ResponseKey ForPlain() => new(_scope, _account, _target, _kind, "", _targetHash);

    /// <inheritdoc/>
    public bool Equals(ResponseKey other) =>
        _hash == other._hash && _kind == other._kind && _target == other._target && _account == other._account && _unnamed == other._unnamed && _scope == other._scope;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ResponseKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The same text in every process, for stores outside of it: 256 bits over all parts, from which neither the URI nor the account can be read.</summary>
    public override string ToString()
    {
        // Each part with its length in front, so that no two keys run together to the same text.
        string text = $"{(int)_kind}:{_scope?.Length}:{_scope}:{_account?.Length}:{_account}:{_unnamed?.Length}:{_unnamed}:{_target}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
