namespace Handlers;

/// <summary>An upstream: scheme, host and port.</summary>
internal readonly record struct Authority(string Scheme, string Host, int Port)
{
    public Authority(Uri uri)
        : this(uri.Scheme, uri.Host, uri.Port)
    {
    }

    public override string ToString() => $"{Scheme}://{Host}:{Port}";
}
