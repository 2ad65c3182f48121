using System.Collections.Concurrent;

namespace Handlers.Providers;

/// <summary>
/// Names of quotas that a provider meters for each model: <c>gpt-5/tokens</c>. Another model has another quota, which is what a fallback to it relies on.
/// Without a known model the bare kind is the name. A cache of strings, no state: any answer may be forgotten.
/// </summary>
internal sealed class ModelResources(params string[] kinds)
{
    // Models come from request bodies: far more of them than any API has would be a caller's mistake, and must not grow this for ever.
    private const int MaxModels = 256;
    private const int MaxNameLength = 128;

    private readonly ConcurrentDictionary<string, string[]> _byModel = new(StringComparer.Ordinal);

    /// <summary>The names of all models' quotas, as <see cref="Provider.Resources"/> tells them. The bare kinds are left out: what meters every model is not called so.</summary>
    public IEnumerable<string> Names => kinds.Select(kind => $"*/{kind}");

    /// <summary>The quota names for a model, in the order of the kinds.</summary>
    public string[] For(string? model)
    {
        if (model is not { Length: > 0 and <= MaxNameLength })
        {
            return kinds;
        }

        if (_byModel.TryGetValue(model, out string[]? names))
        {
            return names;
        }

        return _byModel.Count < MaxModels ? _byModel.GetOrAdd(model, NamesOf, kinds) : kinds;
    }

    /// <summary>The quota of a kind that a plan charges; else the plan's first, so that what is blocked is what the call was charged to.</summary>
    public static string In(in CallPlan plan, string kind)
    {
        if (plan.Quotas.IsDefaultOrEmpty)
        {
            return kind;
        }

        foreach (QuotaUse use in plan.Quotas)
        {
            string name = use.Resource;
            if (name.EndsWith(kind, StringComparison.Ordinal) && (name.Length == kind.Length || name[^(kind.Length + 1)] == '/'))
            {
                return name;
            }
        }

        return plan.Quotas[0].Resource;
    }

    private static string[] NamesOf(string model, string[] kinds) => Array.ConvertAll(kinds, kind => $"{model}/{kind}");
}
