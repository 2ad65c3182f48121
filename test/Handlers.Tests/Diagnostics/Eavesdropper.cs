using System.Collections;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text;

namespace Handlers.Tests.Diagnostics;

/// <summary>Writes down whatever the suite tells the process about itself: measurements with their tags, activities, and what a test hands it.</summary>
internal sealed class Eavesdropper : IDisposable
{
    private readonly StringBuilder _heard = new();
    private readonly Lock _lock = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;

    public Eavesdropper()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (IsOurs(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = source => IsOurs(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                Note(activity.DisplayName);
                Note(string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}")));
                Note(string.Join(' ', activity.Events.SelectMany(e => e.Tags.Select(tag => $"{e.Name} {tag.Key}={tag.Value}"))));
            },
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public string Heard
    {
        get
        {
            _meters.RecordObservableInstruments();
            lock (_lock)
            {
                return _heard.ToString();
            }
        }
    }

    /// <summary>Notes a thing in every form that it has: its text, and its properties with all that they hold.</summary>
    public void NoteAll(object? thing)
    {
        Note(thing?.ToString());
        foreach (PropertyInfo property in thing?.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0) ?? [])
        {
            object? value = property.GetValue(thing);
            Note($"{property.Name}: {(value is IEnumerable many and not string ? string.Join(", ", many.Cast<object>()) : value)}");
        }
    }

    public void Note(string? text)
    {
        lock (_lock)
        {
            _heard.AppendLine(text);
        }
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    private static bool IsOurs(string name) => name.StartsWith("Handlers", StringComparison.Ordinal);

    private void Measured<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder line = new($"{instrument.Name} {value}");
        foreach ((string key, object? tag) in tags)
        {
            line.Append($" {key}={tag}");
        }

        Note(line.ToString());
    }
}
