namespace Handlers;

/// <summary>Sees a body go by while the caller reads it. Of <see cref="End"/> and <see cref="Abandon"/> the first that comes counts.</summary>
internal abstract class BodyWatcher
{
    public abstract void Note(ReadOnlySpan<byte> bytes);

    /// <summary>The body came to its end, undamaged as far as the transport can tell.</summary>
    public abstract void End();

    /// <summary>It broke off, or nobody wants the rest.</summary>
    public abstract void Abandon();
}
