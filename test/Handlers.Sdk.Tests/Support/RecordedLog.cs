using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Handlers.Sdk.Tests.Support;

/// <summary>Keeps what was logged, by event name.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string? Name, string Text)> _entries = new();

    public IReadOnlyList<string> Named(string eventName) => [.. _entries.Where(entry => entry.Name == eventName).Select(entry => entry.Text)];

    /// <summary>Does something again until it was logged, and some times more. Timers are late by different times on a busy machine.</summary>
    public async Task UntilAsync(string eventName, Func<Task> act, int andMore)
    {
        const int Most = 30;
        for (int i = 0; i < Most && Named(eventName).Count == 0; i++)
        {
            await act();
        }

        for (int i = 0; i < andMore; i++)
        {
            await act();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(_entries);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<(string? Name, string Text)> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue((eventId.Name, formatter(state, exception)));
    }
}
