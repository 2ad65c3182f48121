using Microsoft.Extensions.Logging;

namespace Handlers.Providers;

/// <summary>
/// An app's own provider, which has promised not to throw. Where it does, the call loses its knowledge and nothing else: requests are planned and answers judged
/// as for any API, and one error says so. Only the type and the place of a fault are told; its message may hold what the provider was looking at.
/// </summary>
internal sealed partial class GuardedProvider(Provider own, Provider generic, ILogger logger) : Provider
{
    private int _told;

    public override string Name => own.Name;

    public override IReadOnlyList<string> Hosts => own.Hosts;

    public override void ApplyDefaults(ResilienceHandlersOptions options) => own.ApplyDefaults(options);

    public override CallPlan Plan(HttpRequestMessage request)
    {
        try
        {
            return own.Plan(request);
        }
        catch (Exception fault)
        {
            Tell(nameof(Plan), fault);
            return generic.Plan(request);
        }
    }

    public override string? OperationOf(HttpMethod method, Uri uri)
    {
        try
        {
            return own.OperationOf(method, uri);
        }
        catch (Exception fault)
        {
            Tell(nameof(OperationOf), fault);
            return null;
        }
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan)
    {
        try
        {
            return own.NeedsBody(status, mediaType, plan);
        }
        catch (Exception fault)
        {
            Tell(nameof(NeedsBody), fault);
            return false;
        }
    }

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        try
        {
            return own.Interpret(answer);
        }
        catch (Exception fault)
        {
            Tell(nameof(Interpret), fault);
            return StatusVerdict.Of(answer.Status, answer.Headers, answer.Now);
        }
    }

    public override HttpContent? PutId(HttpContent content, Guid id)
    {
        try
        {
            return own.PutId(content, id);
        }
        catch (Exception fault)
        {
            Tell(nameof(PutId), fault);
            return null;
        }
    }

    public override HttpRequestMessage? AskWhetherDone(HttpRequestMessage request, in CallPlan plan)
    {
        try
        {
            return own.AskWhetherDone(request, plan);
        }
        catch (Exception fault)
        {
            Tell(nameof(AskWhetherDone), fault);
            return null;
        }
    }

    public override bool? ReadWhetherDone(int status, ReadOnlySpan<byte> body)
    {
        try
        {
            return own.ReadWhetherDone(status, body);
        }
        catch (Exception fault)
        {
            Tell(nameof(ReadWhetherDone), fault);
            return null;
        }
    }

    private void Tell(string member, Exception fault)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            Failed(logger, own.Name, member, fault.GetType().Name, fault.StackTrace ?? "");
        }
    }

    [LoggerMessage(
        EventIds.ProviderFailed,
        LogLevel.Error,
        "Provider {Provider} threw {Fault} in {Member}, which it must not: what it can't tell is judged by status and Retry-After. Said once.\n{Place}",
        EventName = "ProviderFailed")]
    private static partial void Failed(ILogger logger, string provider, string member, string fault, string place);
}
