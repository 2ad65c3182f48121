namespace Handlers.Quotas;

/// <summary>What a provider meters together, such as <c>github/acme/core</c>.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Account">Whose quota it is; never a secret.</param>
/// <param name="Resource">The part of the API; <see cref="AllResources"/> for what holds for every call of the account.</param>
internal readonly record struct QuotaKey(string Provider, string Account, string Resource)
{
    /// <summary>The resource that every call of an account is charged to.</summary>
    public const string AllResources = "*";

    public override string ToString() => $"{Provider}/{Account}/{Resource}";
}
