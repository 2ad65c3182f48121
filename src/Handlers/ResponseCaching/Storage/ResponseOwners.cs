namespace Handlers.ResponseCaching;

/// <summary>The owners seen last: a client mostly calls for the same few accounts, and a key is made for every call.</summary>
internal sealed class ResponseOwners
{
    // A power of two.
    private const int Slots = 16;

    private readonly ResponseOwner?[] _latest = new ResponseOwner?[Slots];

    public ResponseOwner Of(string scope, string account, string unnamed)
    {
        ref ResponseOwner? slot = ref _latest[(Last(account) + Last(unnamed)) & (Slots - 1)];
        ResponseOwner? known = Volatile.Read(ref slot);
        if (known is null || !known.Is(scope, account, unnamed))
        {
            known = new ResponseOwner(scope, account, unnamed);
            Volatile.Write(ref slot, known);
        }

        return known;
    }

    // Digests differ in their last character as often as in any other.
    private static int Last(string text) => text.Length == 0 ? 0 : text[^1];
}
