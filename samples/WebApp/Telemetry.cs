using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace WebApp;

/// <summary>Metrics and spans of the calls, of the wire below them and of the server above, over OTLP; docs/telemetry.md says what they mean.</summary>
internal sealed class Telemetry(Uri collector) : IDisposable
{
    private const string Calls = "Handlers.Http.Client";

    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder()
        .AddMeter(Calls, "System.Net.Http", "Microsoft.AspNetCore.Hosting")
        .AddOtlpExporter(exporter => Aim(exporter, new Uri(collector, "v1/metrics")))
        .Build();

    private readonly TracerProvider _spans = Sdk.CreateTracerProviderBuilder()
        .AddSource(Calls, "System.Net.Http", "Microsoft.AspNetCore")
        .AddOtlpExporter(exporter => Aim(exporter, new Uri(collector, "v1/traces")))
        .Build();

    /// <summary>Exports what is left.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _spans.Dispose();
    }

    private static void Aim(OtlpExporterOptions exporter, Uri endpoint) =>
        (exporter.Endpoint, exporter.Protocol) = (endpoint, OtlpExportProtocol.HttpProtobuf);
}
