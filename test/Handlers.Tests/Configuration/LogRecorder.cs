using Microsoft.Extensions.Logging;

namespace Handlers.Tests.Configuration;

/// <summary>Keeps what was logged, by event.</summary>
internal sealed class LogRecorder : ILogger
{
    private readonly List<(int Event, string Text)> _entries = [];

    public IEnumerable<string> this[int eventId] => _entries.Where(entry => entry.Event == eventId).Select(entry => entry.Text);

    public int Count => _entries.Count;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Add((eventId.Id, formatter(state, exception)));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
