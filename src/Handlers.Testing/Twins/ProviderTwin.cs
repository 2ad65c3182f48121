using System.Globalization;

using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// A provider in memory: enforces the limits it documents, answers as it does, and counts what its clients did right and wrong.
/// Use it as the innermost handler of a client, with <see cref="VirtualTime"/> for hours in milliseconds, or over sockets with
/// Handlers.Testing.Hosting.
/// </summary>
public abstract class ProviderTwin : HttpMessageHandler
{
    private const string WholeUpstream = "authority";

    private readonly Lock _lock = new();
    private readonly TwinOptions _options;
    private readonly Random _random;
    private readonly long _startTimestamp;
    private readonly FaultPlan _faults;
    private readonly UpstreamCapacity _capacity;
    private readonly NamedInstants _named = new();
    private readonly HashSet<string> _effects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TwinQuotaCount> _quotas = new(StringComparer.Ordinal);
    private readonly List<TwinEvent> _log = [];
    private readonly InMemoryWire _wire;
    private long _startTicks;
    private int _sent;
    private int _inFlight;

    private protected ProviderTwin(TwinOptions options, TimeProvider? timeProvider)
    {
        _options = options;
        Time = timeProvider ?? TimeProvider.System;
        _random = new Random(options.Seed);
        _startTimestamp = Time.GetTimestamp();
        _startTicks = Time.GetUtcNow().UtcTicks;
        _faults = new FaultPlan(options.Faults, Draw);
        _capacity = new UpstreamCapacity(options.Capacities);
        _wire = new InMemoryWire(this);
    }

    /// <summary>The address that the real API has; in memory any address will do.</summary>
    public abstract Uri BaseAddress { get; }

    /// <summary>The provider's clock, skew included. It goes on evenly whatever happens to the client's wall clock.</summary>
    public DateTimeOffset Clock => new(NowTicks, TimeSpan.Zero);

    /// <summary>Requests that reached the provider.</summary>
    public int Arrived { get; private set; }

    /// <summary>Requests answered with 2xx or 3xx.</summary>
    public int Ok { get; private set; }

    /// <summary>Requests that were over a limit.</summary>
    public int Refused { get; private set; }

    /// <summary>Requests answered 5xx, reset or left hanging.</summary>
    public int Failed { get; private set; }

    /// <summary>Requests answered with another 4xx.</summary>
    public int Rejected { get; private set; }

    /// <summary>
    /// Requests that left the client after a refusal of their quota had arrived there, and came before the instant which that refusal
    /// named, by the provider's clock. Over sockets, where nobody knows when a request left, what comes within
    /// <see cref="EarlyGrace"/> after the refusal was written is not counted.
    /// </summary>
    public int Early { get; private set; }

    /// <summary>Writes that were executed although the same write had been executed before; its answer may have been lost.</summary>
    public int DuplicateWrites { get; private set; }

    /// <summary>Requests executed, also those whose answer never got through.</summary>
    public int Executed { get; private set; }

    /// <summary>Requests at work right now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The most requests that were at work at once.</summary>
    public int PeakInFlight { get; private set; }

    /// <summary>Responses that were neither disposed nor read to their end; in memory only.</summary>
    public int Undisposed => _wire.Undisposed;

    /// <summary>Null in memory, where it is known when a request left. Over sockets the time after a refusal in which nothing counts as early.</summary>
    public TimeSpan? EarlyGrace { get; set; }

    /// <summary>Counts by quota.</summary>
    public IReadOnlyDictionary<string, TwinQuotaCount> Quotas
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, TwinQuotaCount>(_quotas, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<TwinEvent> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>The clock that client and provider share; the provider's may be set otherwise.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Guards everything a twin remembers; held while the hooks run.</summary>
    private protected Lock Sync => _lock;

    /// <summary>Ticks of the provider's clock.</summary>
    private protected long NowTicks => _startTicks + Elapsed.Ticks + _options.ClockSkew.Ticks;

    private protected TimeSpan Elapsed => Time.GetElapsedTime(_startTimestamp);

    /// <summary>Lets something go wrong from now on; the fault's times still count from the twin's creation.</summary>
    public void Inject(TwinFault fault)
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Ends all faults.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            _faults.Clear();
        }
    }

    /// <summary>What can be made of a load by who knows everything beforehand; limits count as untouched.</summary>
    internal LoadOptimum OptimumOf(Load load, HttpClient client)
    {
        ProviderTwin fresh = Anew();
        fresh._startTicks = _startTicks; // faults go by the age of this one
        return new OptimalSchedule(fresh, client, NowTicks).Of(load.Calls);
    }

    /// <summary>One way over the network, on average.</summary>
    internal TimeSpan OneWay => _options.NetworkDelay;

    /// <summary>How long this call takes to serve.</summary>
    internal TimeSpan ServiceOf(TwinRequest request) => _options.ServiceTimeOf?.Invoke(request) ?? _options.ServiceTime;

    /// <summary>What a call is charged to; where a share of the calls fails at random, with what it takes to succeed on average.</summary>
    internal IEnumerable<(MeteredLimit Limit, double Cost)> ChargesOf(TwinRequest request)
    {
        double sends = _faults.SendsPerSuccess;
        return ChargesWithinLimits(request).Select(charge => charge.Limit is ConcurrencyLimit ? charge : (charge.Limit, charge.Cost * sends));
    }

    /// <summary>The first tick from <paramref name="at"/> on that lies in no outage.</summary>
    internal long UpAt(long at) => _faults.UpAt(AgeAt(at)) is { } age ? at + (age - AgeAt(at)).Ticks : long.MaxValue;

    /// <summary>Whether the provider as a whole can take another send at this tick; ask in order of time.</summary>
    internal bool HasRoom(long at) => _capacity.HasRoom(at, AgeAt(at), _faults.SendsPerSuccess);

    /// <summary>Whether a call could never again be served, whatever the limits.</summary>
    internal bool IsShut(long at) => _capacity.IsShut(AgeAt(at), _faults.SendsPerSuccess);

    /// <summary>Books what a success takes of the provider's capacity.</summary>
    internal void TakeRoom(long at) => _capacity.Take(at, _faults.SendsPerSuccess);

    /// <summary>Takes a request off the wire, without network delays: what a host over sockets calls.</summary>
    internal async Task<TwinReply> HandleAsync(TwinRequest request)
    {
        TwinReply? reply = Admit(request, out TimeSpan service);
        if (reply is null)
        {
            try
            {
                await DelayAsync(service).ConfigureAwait(false);
                reply = Complete(request);
            }
            finally
            {
                Leave(request);
            }
        }

        Count(request, reply);
        return reply;
    }

    /// <summary>Whether a fault refuses this request's connection; it then counts as failed and never arrives.</summary>
    internal bool RefusesConnection(TwinRequest request)
    {
        lock (_lock)
        {
            if (Strikes(request, TwinFaultKind.ConnectionRefused) is null)
            {
                return false;
            }

            Failed++;
            Note(TwinEventKind.Failed, request);
            return true;
        }
    }

    /// <summary>Numbers a request.</summary>
    internal int NextNumber() => Interlocked.Increment(ref _sent);

    /// <summary>A request leaves its client, and with it what the client knows of refusals.</summary>
    internal TwinRequest Depart(HttpRequestMessage request)
    {
        TwinRequest sent = TwinRequest.From(NextNumber(), request);
        lock (_lock)
        {
            sent.Known = _named.Known;
        }

        return sent;
    }

    /// <summary>An answer has reached its client: from here on the client knows what it names.</summary>
    internal void Deliver(TwinReply reply)
    {
        if (reply.Named is { } named)
        {
            lock (_lock)
            {
                _named.Deliver(reply.RefusedBy ?? WholeUpstream, named);
            }
        }
    }

    /// <summary>Draws how long one way over the network takes.</summary>
    internal TimeSpan NetworkDelay()
    {
        lock (_lock)
        {
            TimeSpan delay = _options.NetworkDelay + (_options.NetworkSpread * ((2 * Draw()) - 1));
            return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
        }
    }

    internal Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken = default) =>
        delay == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay, Time, cancellationToken);

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _wire.SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => _wire.Send(request, cancellationToken);

    // The hooks below are called under the twin's lock.

    /// <summary>The quotas a request belongs to: a refusal of one of them concerns it.</summary>
    private protected abstract IEnumerable<string> QuotasOf(TwinRequest request);

    /// <summary>Charges the request; answers if it is over a limit or not admissible at all, else null.</summary>
    private protected abstract TwinReply? Refuse(TwinRequest request);

    /// <summary>Executes the request and answers.</summary>
    private protected abstract TwinReply Execute(TwinRequest request);

    /// <summary>The limits that a call is charged to when it is admitted, and how much.</summary>
    private protected abstract IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request);

    /// <summary>A twin of the same options to which nothing has happened yet.</summary>
    private protected abstract ProviderTwin Anew();

    /// <summary>Runs once for every admitted request, when it has been served.</summary>
    private protected virtual void Release(TwinRequest request)
    {
    }

    /// <summary>See <see cref="TwinOptions.EffectOf"/>.</summary>
    private protected virtual string? EffectOf(TwinRequest request) => request.Method == "POST" ? WriteKey(request) : null;

    /// <summary>The body of a 5xx.</summary>
    private protected virtual string ErrorBody(int status) => """{"message":"Service Unavailable"}""";

    private protected static string WriteKey(TwinRequest request) => $"{request.Method} {request.Uri.PathAndQuery}\n{request.BodyText()}";

    private protected double Draw() => _random.NextDouble();

    private protected static long InSeconds(long ticks) => (ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;

    /// <summary>Names the instant until which the refusal's quota must stay away.</summary>
    private protected TwinReply RetryAfter(TwinReply reply, long ticks)
    {
        long seconds = Math.Max(1, InSeconds(ticks));
        reply.Named = NowTicks + (seconds * TimeSpan.TicksPerSecond);
        return reply.With("Retry-After", seconds);
    }

    private TwinReply? Admit(TwinRequest request, out TimeSpan service)
    {
        lock (_lock)
        {
            service = TimeSpan.Zero;
            Arrived++;
            Note(TwinEventKind.Arrived, request);
            _options.OnArrival?.Invoke(request);
            CountEarly(request);
            if (Strikes(request, TwinFaultKind.Outage) is { } outage)
            {
                return Unavailable(outage.RetryAfter, status: 503);
            }

            if (_capacity.TakeOrExceed(NowTicks, Elapsed) is { } exceeded)
            {
                return Unavailable(exceeded.RetryAfter, exceeded.Status);
            }

            if (Refuse(request) is { } refusal)
            {
                return Date(refusal);
            }

            foreach (string quota in QuotasOf(request))
            {
                Tally(quota, static count => count with { Admitted = count.Admitted + 1 });
            }

            if (Strikes(request, TwinFaultKind.Unavailable) is { } unavailable)
            {
                Release(request);
                return Unavailable(unavailable.RetryAfter, status: 503);
            }

            PeakInFlight = Math.Max(PeakInFlight, ++_inFlight);
            service = ServiceOf(request);
            if (Strikes(request, TwinFaultKind.Latency) is { } slow)
            {
                service += slow.Delay;
            }

            return null;
        }
    }

    private TwinReply Complete(TwinRequest request)
    {
        lock (_lock)
        {
            Executed++;
            string? effect = _options.EffectOf is { } effectOf ? effectOf(request) : EffectOf(request);
            if (effect is not null && !_effects.Add(effect))
            {
                DuplicateWrites++;
                Note(TwinEventKind.Duplicate, request);
            }

            TwinReply reply = Date(Execute(request)).With(request.AnswerHeaders);
            if (reply.Status is >= 200 and < 300 and not 204 && _options.BodyOf?.Invoke(request) is { } body)
            {
                reply.Body = new ScriptedBody().Text(body);
            }

            if (request.Method == "HEAD")
            {
                reply.Body = new ScriptedBody();
            }

            if (Strikes(request, TwinFaultKind.ResetBeforeHeaders) is not null)
            {
                return new TwinReply { Status = 0, WireFault = TwinFaultKind.ResetBeforeHeaders };
            }

            if (Strikes(request, TwinFaultKind.NoAnswer) is not null)
            {
                return new TwinReply { Status = 0, WireFault = TwinFaultKind.NoAnswer };
            }

            if ((Strikes(request, TwinFaultKind.ResetInBody) ?? Strikes(request, TwinFaultKind.StalledBody) ?? Strikes(request, TwinFaultKind.SlowBody)) is { } damage)
            {
                reply.Damage(damage);
            }

            return reply;
        }
    }

    private void Leave(TwinRequest request)
    {
        lock (_lock)
        {
            _inFlight--;
            Release(request);
        }
    }

    private void Count(TwinRequest request, TwinReply reply)
    {
        lock (_lock)
        {
            _ = reply.Kind switch
            {
                TwinEventKind.Ok => Ok++,
                TwinEventKind.Refused => Refused++,
                TwinEventKind.Failed => Failed++,
                _ => Rejected++,
            };
            Note(reply.Kind, request, reply.Status, reply.RefusedBy);
            if (reply.RefusedBy is { } quota && reply.Kind == TwinEventKind.Refused)
            {
                Tally(quota, static count => count with { Refused = count.Refused + 1 });
            }

            if (reply.Named is { } named && EarlyGrace is not null)
            {
                _named.Write(reply.RefusedBy ?? WholeUpstream, NowTicks, named);
            }
        }
    }

    private void CountEarly(TwinRequest request)
    {
        long now = NowTicks;
        bool early = false;
        foreach (string quota in QuotasOf(request).Append(WholeUpstream))
        {
            if (_named.IsEarly(request, quota, now, EarlyGrace))
            {
                early = true;
                Tally(quota, static count => count with { Early = count.Early + 1 });
                Note(TwinEventKind.Early, request, quota: quota);
            }
        }

        Early += early ? 1 : 0;
    }

    private TimeSpan AgeAt(long at) => new(at - _startTicks - _options.ClockSkew.Ticks);

    private TwinReply Unavailable(TimeSpan? retryAfter, int status)
    {
        string body = ErrorBody(status);
        var reply = new TwinReply
        {
            Status = status,
            MediaType = body.StartsWith('<') ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
            Body = new ScriptedBody().Text(body),
            RefusedBy = status == 429 ? WholeUpstream : null,
        };
        return Date(retryAfter is { } wait ? RetryAfter(reply, wait.Ticks) : reply);
    }

    private TwinReply Date(TwinReply reply) => reply.With("Date", Clock.ToString("R", CultureInfo.InvariantCulture));

    private TwinFault? Strikes(TwinRequest request, TwinFaultKind kind) => _faults.Strike(request, kind, Elapsed);

    private void Tally(string quota, Func<TwinQuotaCount, TwinQuotaCount> count) => _quotas[quota] = count(_quotas.GetValueOrDefault(quota));

    private void Note(TwinEventKind kind, TwinRequest request, int status = 0, string? quota = null)
    {
        if (_options.KeepLog)
        {
            _log.Add(new TwinEvent(Elapsed, kind, request.Number, status, quota));
        }
    }
}
