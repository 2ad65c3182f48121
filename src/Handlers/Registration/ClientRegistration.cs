using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Handlers.Registration;

/// <summary>What the app said in code about one client, or, with a null name, about every client.</summary>
internal sealed class ClientRegistration(string? name)
{
    public string? Name { get; } = name;

    public IConfiguration? Section { get; set; }

    public ImmutableArray<Action<ResilienceHandlersOptions>> Code { get; set; } = [];

    public bool Removed { get; set; }
}
