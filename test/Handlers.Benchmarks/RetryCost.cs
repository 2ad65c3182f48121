using System.Globalization;
using System.Net;

namespace Handlers.Benchmarks;

/// <summary>One 503, then success, without a wait: what it adds to a handler that sends everything twice.</summary>
internal static class RetryCost
{
    private const int Rounds = 40;
    private const int CallsPerRound = 2_000;

    public static int Run(bool cpu)
    {
        Console.WriteLine("one 503, then success; added to a handler that sends everything twice");
        Print("sync", Measure(asynchronous: false, cpu));
        Print("async", Measure(asynchronous: true, cpu));
        return 0;
    }

    private static Contender[] Measure(bool asynchronous, bool cpu)
    {
        var twice = new Caller(new TwiceHandler { InnerHandler = Flaky(asynchronous) }, asynchronous);
        var ours = new Caller(Chains.Retrying(Flaky(asynchronous)), asynchronous);
        var polly = new Caller(Chains.Polly(Flaky(asynchronous)), asynchronous);
        Contender[] contenders = [new("twice", twice.Send), new("ours", ours.Send), new("polly", polly.Send)];
        Contender.Compete(contenders, Rounds, CallsPerRound, cpu);
        return contenders;
    }

    private static StubTransport Flaky(bool asynchronous) => new(asynchronous) { Statuses = [HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], Repeats = true };

    private static void Print(string how, Contender[] contenders)
    {
        ((double twiceNs, double twiceBytes), (double oursNs, double oursBytes), (double pollyNs, double pollyBytes)) =
            (contenders[0].Median, contenders[1].Median, contenders[2].Median);
        (double ns, double bytes) = (oursNs - twiceNs, oursBytes - twiceBytes);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{how,-6} ours {ns,6:F0} ns {bytes,6:F0} B   Polly.Core {pollyNs - twiceNs,6:F0} ns {pollyBytes - twiceBytes,6:F0} B   ours = {Ratio(ns, pollyNs - twiceNs)} x in time, {Ratio(bytes, pollyBytes - twiceBytes)} x in bytes; the whole call {Ratio(oursNs, pollyNs)} x, {Ratio(oursBytes, pollyBytes)} x (twice {twiceNs:F0} ns, {twiceBytes:F0} B)"));
    }

    // Nothing is no measure.
    private static string Ratio(double ours, double theirs) => theirs < 1 ? "-" : (ours / theirs).ToString("F2", CultureInfo.InvariantCulture);
}
