using Microsoft.Extensions.Logging;

namespace Handlers.Providers;

/// <summary>
/// An app's own provider, which has promised not to throw. Where it does, the call loses its knowledge and nothing else: requests are planned and answers judged
/// as for any API, and one error says so. Only the type and the place of a fault are told; its message may hold what the provider was looking at. What makes no sense
/// in its answers goes no further than here (<see cref="Plausible"/>).
/// </summary>
internal sealed partial class GuardedProvider(Provider own, Provider generic, ILogger logger) : Provider
{
    private int _told;
    private int _toldNonsense;

    public override string Name { get; } = string.IsNullOrWhiteSpace(own.Name)
        ? throw new InvalidOperationException($"The provider {own.GetType().FullName} has no Name; it needs one for settings and quotas.")
        : own.Name;

    public override IReadOnlyList<string> Hosts { get; } = [.. (own.Hosts ?? []).Where(host => !string.IsNullOrEmpty(host))];

    public override IReadOnlyList<string>? Resources
    {
        get
        {
            try
            {
                IReadOnlyList<string>? told = own.Resources;
                bool isNonsense = told?.Any(string.IsNullOrWhiteSpace) == true;
                TellIf(isNonsense ? "a quota without a name" : null, nameof(Resources));
                return isNonsense ? null : told;
            }
            catch (Exception fault)
            {
                Tell(nameof(Resources), fault);
                return null;
            }
        }
    }

    public override void ApplyDefaults(ResilienceHandlersOptions options) => own.ApplyDefaults(options);

    public override CallPlan Plan(HttpRequestMessage request)
    {
        try
        {
            CallPlan plan = Plausible.Plan(own.Plan(request), out string? wrong);
            TellIf(wrong, nameof(Plan));
            return plan;
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
            Verdict verdict = Plausible.Verdict(own.Interpret(answer), out string? wrong);
            if (!Enum.IsDefined(verdict.Kind))
            {
                wrong = "a kind of verdict that is not defined";
                verdict = StatusVerdict.Of(answer.Status, answer.Headers, answer.Now) with { Observed = verdict.Observed };
            }

            TellIf(wrong, nameof(Interpret));
            return verdict;
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

    private void TellIf(string? wrong, string member)
    {
        if (wrong is not null && Interlocked.Exchange(ref _toldNonsense, 1) == 0)
        {
            Nonsense(logger, own.Name, wrong, member);
        }
    }

    [LoggerMessage(
        EventIds.ProviderNonsense,
        LogLevel.Error,
        "Provider {Provider} gave {What} in {Member}, which makes no sense: it is taken as not said. Said once.",
        EventName = "ProviderNonsense")]
    private static partial void Nonsense(ILogger logger, string provider, string what, string member);

    [LoggerMessage(
        EventIds.ProviderFailed,
        LogLevel.Error,
        "Provider {Provider} threw {Fault} in {Member}, which it must not: what it can't tell is judged by status and Retry-After. Said once.\n{Place}",
        EventName = "ProviderFailed")]
    private static partial void Failed(ILogger logger, string provider, string member, string fault, string place);
}
