using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Support;

/// <summary>Everything that one container's instruments measure.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Instrument, double Value, Dictionary<string, object?> Tags)> _all = [];

    public Measurements(IServiceProvider services)
    {
        IMeterFactory factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Handlers.Http.Client" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public List<Instrument> Instruments { get; } = [];

    public IEnumerable<(double Value, Dictionary<string, object?> Tags)> Of(string instrument) =>
        _all.Where(m => m.Instrument == "handlers.http.client." + instrument).Select(m => (m.Value, m.Tags));

    public IEnumerable<string> Texts => _all.SelectMany(m => m.Tags.Values).Select(value => $"{value}");

    public void ReadGauges() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string key, object? tag) in tags)
        {
            copy.Add(key, tag);
        }

        _all.Add((instrument.Name, value, copy));
    }
}
