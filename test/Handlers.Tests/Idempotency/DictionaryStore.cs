using System.Collections.Concurrent;

namespace Handlers.Tests.Idempotency;

/// <summary>A store as an app might write one, outside of the process for all that the handler knows.</summary>
internal sealed class DictionaryStore(bool answersAtOnce) : IIdempotencyStore
{
    public ConcurrentDictionary<string, IdempotencyRecord> Records { get; } = new(StringComparer.Ordinal);

    public bool Fails { get; set; }

    public bool AnswersAtOnce => answersAtOnce;

    public async ValueTask<IdempotencyRecord?> ClaimAsync(string key, string fingerprint, CancellationToken cancellationToken)
    {
        await PauseAsync();
        var claim = new IdempotencyRecord(fingerprint, DateTimeOffset.UnixEpoch, IsDone: false, default);
        IdempotencyRecord known = Records.GetOrAdd(key, claim);
        return ReferenceEquals(known, claim) ? null : known;
    }

    public async ValueTask KeepAsync(string key, ReadOnlyMemory<byte> result, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        await PauseAsync();
        Records[key] = Records[key] with { IsDone = true, Result = result };
    }

    public async ValueTask ReleaseAsync(string key, CancellationToken cancellationToken)
    {
        await PauseAsync();
        Records.TryRemove(key, out _);
    }

    private async Task PauseAsync()
    {
        if (Fails)
        {
            throw new IOException("the disk is full");
        }

        if (!answersAtOnce)
        {
            await Task.Yield();
        }
    }
}
