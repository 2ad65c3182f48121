using System.Net.ServerSentEvents;
using System.Threading.Channels;
using Handlers;

namespace WebApp;

/// <summary>What a person should know of a call: that it waits, that it is tried again, that it failed.</summary>
internal sealed class EventProgress(ChannelWriter<SseItem<object>> events) : IProgress<ResilienceEvent>
{
    private bool _told;

    /// <summary>Called on the call's own flow of control: it writes or drops, and never waits.</summary>
    public void Report(ResilienceEvent value)
    {
        switch (value.Kind)
        {
            case ResilienceEventKind.Queued:
                Tell("queued", new { position = value.Position, delay = value.Delay?.TotalSeconds, message = value.Message });
                break;
            case ResilienceEventKind.RetryScheduled:
                Tell("retry", new { attempt = value.Attempt, max_retries = value.MaxRetries, delay = value.Delay?.TotalSeconds, message = value.Message });
                break;
            case ResilienceEventKind.GaveUp:
                _told = true;
                Tell("error", new { error = value.Message, type = value.ErrorType, retries = value.Retries });
                break;
        }
    }

    /// <summary>A failure that no call told of is a fault of ours: its text stays here.</summary>
    public void Failed(Exception failure)
    {
        if (!_told)
        {
            Tell("error", new { error = $"An error occurred: {failure.GetType().Name}", type = "unexpected", retries = 0 });
        }
    }

    private void Tell(string name, object data) => events.TryWrite(new SseItem<object>(data, name));
}
