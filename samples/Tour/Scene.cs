using Handlers;
using Handlers.Testing;

namespace Tour;

/// <summary>The load of one client, and what came of it.</summary>
internal sealed class Scene(string name, HttpClient client, ProviderTwin twin, IReadOnlyCollection<Func<HttpClient, Task<Played>>> calls)
{
    private readonly List<TimeSpan> _times = [];
    private readonly Lock _lock = new();

    public string Name { get; } = name;

    public ProviderTwin Twin { get; } = twin;

    /// <summary>How many calls it will make.</summary>
    public int Planned { get; } = calls.Count;

    public int Calls { get; private set; }

    public int Ok { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>Calls that were answered without the provider.</summary>
    public int AnsweredHere { get; private set; }

    public List<string> Broken { get; } = [];

    /// <summary>Time of a successful call in milliseconds, below which a share of them lies.</summary>
    public double Percentile(double share)
    {
        TimeSpan[] sorted = [.. _times.Order()];
        return sorted.Length == 0 ? 0 : Math.Round(sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)].TotalMilliseconds, 1);
    }

    public Task PlayAsync() => Task.WhenAll(calls.Select(OneAsync));

    private async Task OneAsync(Func<HttpClient, Task<Played>> call)
    {
        long start = TimeProvider.System.GetTimestamp();
        Played played = await call(client);
        TimeSpan took = TimeProvider.System.GetElapsedTime(start);
        lock (_lock)
        {
            Calls++;
            Attempts += played.Report?.Attempts ?? 0;
            if (played.Ok)
            {
                Ok++;
                _times.Add(took);
                AnsweredHere += played.Report is { Attempts: 0 } ? 1 : 0;
            }

            if (played.PastDeadline is { } deadline)
            {
                Broken.Add($"{Name}: a call was alive more than 0.25 s past its deadline of {deadline.TotalSeconds:F0} s");
            }
        }
    }
}
