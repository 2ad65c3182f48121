namespace Handlers;

/// <summary>
/// A circuit's pass for one attempt. The circuit leaves it on the call before the queue; it is taken at the moment of the grant, or by the innermost of our
/// handlers right before the attempt is sent, because only then a half-open slot should be used and a probe's clock should start.
/// </summary>
internal struct Pass(IPassSource? source)
{
    private readonly IPassSource? _source = source;

    public readonly bool Taken => Issuer is not null;

    /// <summary>What the source wrote when the pass was taken: what issued it, and its number there. Null until then.</summary>
    public object? Issuer { get; private set; }

    public long Number { get; private set; }

    /// <summary>Takes the pass; null when it was granted, was taken before, or nobody asks for one; else the refusal.</summary>
    public Exception? Take(Call call)
    {
        if (_source is null || Taken)
        {
            return null;
        }

        Exception? refusal = _source.TryTake(call, out object? issuer, out long number);
        Issuer = refusal is null ? issuer! : null;
        Number = number;
        return refusal;
    }

    /// <summary>Says how the attempt went; nothing happens when the pass was not taken.</summary>
    public readonly void Record(Call call)
    {
        if (Taken)
        {
            _source?.Record(call);
        }
    }

    /// <summary>What is left when the attempt has ended: who issued it, and nothing to take or to record.</summary>
    public readonly Pass Spent() => new(null) { Issuer = Issuer };
}
