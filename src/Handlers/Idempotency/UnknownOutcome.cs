using System.Net.Sockets;

namespace Handlers.Idempotency;

/// <summary>Says in a failure what is known about a write whose outcome was not.</summary>
internal static class UnknownOutcome
{
    public static string NoteOf(CallKey key, bool? happened) => happened switch
    {
        true => $"It has happened, its answer was lost; idempotency key \"{key.Shown}\".",
        false => $"It did not happen; idempotency key \"{key.Shown}\" is free again.",
        null when key.IsHonoured => $"It may have happened; to find out, send it again with idempotency key \"{key.Shown}\" (CallOptions.IdempotencyKey).",
        null => $"It may have happened under idempotency key \"{key.Shown}\"; look before you send it again.",
    };

    /// <summary>The same failure with the note: same type where a caller may catch it, the original inside.</summary>
    public static Exception Told(Exception failure, string note)
    {
        switch (failure)
        {
            case ResilienceRejectedException own:
                own.Note = note;
                return own;
            case HttpRequestException http:
                return new HttpRequestException(http.HttpRequestError, $"{http.Message} {note}", http, http.StatusCode);
            case IOException or SocketException or TimeoutException:
                return new HttpRequestException(HttpRequestError.Unknown, $"{failure.Message} {note}", failure);
            default:
                // The caller's own cancellation stays what it is; the report has the key.
                return failure;
        }
    }
}
