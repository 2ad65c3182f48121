using Microsoft.Extensions.Logging;

namespace Handlers.Tests.Support;

internal sealed record LogEntry(string Category, LogLevel Level, EventId Event, string Text);
