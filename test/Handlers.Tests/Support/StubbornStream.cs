namespace Handlers.Tests.Support;

/// <summary>A stream whose read ends when the test says so, whatever its token does: a transport is free to take its time.</summary>
internal sealed class StubbornStream : MemoryStream
{
    private readonly TaskCompletionSource _released = new();

    public void Release() => _released.SetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _released.Task;
        cancellationToken.ThrowIfCancellationRequested();
        return 0;
    }
}
