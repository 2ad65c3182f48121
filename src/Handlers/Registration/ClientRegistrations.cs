namespace Handlers.Registration;

/// <summary>All registrations of one service collection, filled while services are being added.</summary>
internal sealed class ClientRegistrations
{
    private readonly Dictionary<string, ClientRegistration> _byName = new(StringComparer.Ordinal);

    /// <summary>What holds for every client, from <c>ConfigureHttpClientDefaults</c>; null when nobody said so.</summary>
    public ClientRegistration? Everyone { get; private set; }

    public IEnumerable<string> Names => _byName.Values.Where(r => !r.Removed).Select(r => r.Name!);

    public ClientRegistration this[string? name]
    {
        get
        {
            if (name is null)
            {
                return Everyone ??= new ClientRegistration(null);
            }

            if (!_byName.TryGetValue(name, out ClientRegistration? registration))
            {
                _byName[name] = registration = new ClientRegistration(name);
            }

            return registration;
        }
    }

    public ClientRegistration? Find(string name) => _byName.GetValueOrDefault(name);
}
