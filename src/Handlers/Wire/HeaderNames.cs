namespace Handlers.Wire;

/// <summary>
/// A few header names, as 64 bits made of their lengths and last letters. Most of the headers of an answer are none of those that anybody reads, and this tells
/// it at once; a name that it lets pass must still be compared. Over GitHub's headers it saved 55 to 70 ns, when it was made, of 470 ns that the provider's look at an answer took.
/// </summary>
internal readonly struct HeaderNames
{
    private readonly ulong _bits;

    public HeaderNames(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            _bits |= BitOf(name);
        }
    }

    private HeaderNames(ulong bits) => _bits = bits;

    /// <summary>False only when <paramref name="name"/> is certainly none of these.</summary>
    public bool MayContain(string name) => (_bits & BitOf(name)) != 0;

    /// <summary>These and more.</summary>
    public HeaderNames And(params ReadOnlySpan<string> names) => new(_bits | new HeaderNames(names)._bits);

    // A field name is a token, hence never empty; a shift counts modulo 64, and the set bit makes lower case of a letter.
    private static ulong BitOf(string name) => 1UL << ((name.Length * 5) + (name[^1] | 0x20));
}
