namespace Handlers.Testing;

/// <summary>Plays the steps of a body to whoever reads. A stall ends with the reader's token or the stream's disposal.</summary>
internal sealed class ScriptedStream(IReadOnlyList<BodyStep> steps, TimeProvider timeProvider) : BodyStream
{
    private readonly CancellationTokenSource _closed = new();
    private int _step;
    private int _offset;
    private bool _paused;

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (_step < steps.Count)
        {
            BodyStep step = steps[_step];
            if (step.Failure is { } failure)
            {
                throw failure();
            }

            if (step.Pause != TimeSpan.Zero && !_paused)
            {
                await PauseAsync(step.Pause, cancellationToken).ConfigureAwait(false);
                _paused = true;
            }

            int count = Math.Min(buffer.Length, step.Bytes.Length - _offset);
            step.Bytes.Slice(_offset, count).CopyTo(buffer);
            _offset += count;
            if (_offset == step.Bytes.Length)
            {
                (_step, _offset, _paused) = (_step + 1, 0, false);
            }

            if (count > 0 || buffer.Length == 0)
            {
                return count;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed.IsCancellationRequested)
        {
            _closed.Cancel();
            _closed.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        try
        {
            await Task.Delay(pause, timeProvider, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (_closed.IsCancellationRequested)
        {
            throw new IOException("The body's stream was disposed while a read was waiting.", e);
        }
        catch (OperationCanceledException e)
        {
            throw new TaskCanceledException("The read was cancelled.", e, cancellationToken);
        }
    }
}
