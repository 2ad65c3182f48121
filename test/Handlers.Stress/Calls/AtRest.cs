using Handlers.Testing;

namespace Handlers.Stress.Calls;

/// <summary>What must be true of an app while nobody calls: all is given back, and everybody counted the same.</summary>
internal static class AtRest
{
    public static void Look(App app, Findings findings)
    {
        foreach (QuotaSnapshot quota in app.Monitor.Quotas)
        {
            findings.Check(quota.Waiting == 0, "permit", $"{app.Name}: {quota.Waiting} wait for {Name(quota)}");
            findings.Check(quota.UnderWay == 0, "permit", $"{app.Name}: {quota.UnderWay} are under way in {Name(quota)}");
            foreach (LimitSnapshot limit in quota.Limits.Where(limit => limit.Text.Contains("at once", StringComparison.Ordinal)))
            {
                findings.Check(app.MayHave(quota.Account, limit.Capacity), "edits", $"{app.Name}: {Name(quota)} has {limit.Capacity} slots");
                findings.Check(limit.Free == limit.Capacity, "permit", $"{app.Name}: {limit.Free} of {limit.Capacity} slots are free in {Name(quota)}");
            }
        }

        foreach (ClientSnapshot seen in app.Monitor.Clients)
        {
            Target target = app.TargetOf(seen.Client);
            CallerTally tally = target.Tally;
            Same(seen.Calls, tally.Calls, "calls as the callers counted them");
            Same(seen.Succeeded, tally.Succeeded, "calls that went well as the callers counted them");
            Same(seen.Attempts, tally.Attempts, "attempts as the calls' reports say");
            Same(seen.Attempts, target.Attempts, "attempts that left");
            Same(seen.RateLimited, tally.RateLimited, "refusals as the calls' reports say");

            // Waiting for a circuit, and where refusals use no retry, more are scheduled than used.
            findings.Check(seen.Retries >= tally.Retries, "sums", $"{target}: the monitor counts {seen.Retries} retries, the calls' reports {tally.Retries}");
            findings.Check(seen.RateLimited <= target.Refused, "sums", $"{target}: the monitor counts {seen.RateLimited} refusals, only {target.Refused} came");
            if (target.Twin is { } twin)
            {
                Same(twin.Arrived, target.Arrived + target.Repeated, "arrivals");
                Same(twin.Ok + twin.Refused + twin.Failed + twin.Rejected, twin.Arrived, "outcomes as arrivals at the twin");
                Same(twin.InFlight, 0, "requests still at work at the twin");
                findings.Check(twin.Early == 0, "early", $"{target}: {twin.Early} attempts");
                findings.Check(target.Arrived <= target.Attempts, "sums", $"{target}: {target.Arrived} attempts arrived, {target.Attempts} left");
            }

            void Same(long one, long other, string what) => findings.Check(one == other, "sums", $"{target}: {one} and not {other} {what}");
        }
    }

    private static string Name(QuotaSnapshot quota) => $"{quota.Provider}/{quota.Account}/{quota.Resource}";
}
