namespace Handlers.Quotas;

/// <summary>The quota of one part of the API.</summary>
internal sealed class ResourceQuota(QuotaAccount account, string resource) : Quota
{
    public override QuotaAccount Account => account;

    public override string Resource => resource;
}
