using System.Globalization;
using System.Text;
using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>One call of a scenario's load.</summary>
internal sealed class SimulatedCall(int number, LoadSpec spec, TimeSpan at, string? tenant, string? body)
{
    public int Number { get; } = number;

    public LoadSpec Spec { get; } = spec;

    public TimeSpan At { get; } = at;

    public string? Tenant { get; } = tenant;

    /// <summary>What it weighs in the shares of tenants.</summary>
    public double Weight => Spec.Cost ?? 1;

    /// <summary>The request, with what a caller of ours says about itself; others don't read that.</summary>
    public HttpRequestMessage ToRequest(TimeSpan? deadline)
    {
        string path = Spec.Path.Replace("{n}", Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(Spec.Method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        TwinSpec.Mark(request, Number);
        if (deadline is not null || Tenant is not null || Spec.Priority is not null || Spec.CostKnown)
        {
            request.SetCallOptions(new CallOptions
            {
                Deadline = deadline,
                Tenant = Tenant,
                Priority = Spec.Priority,
                Cost = Spec.CostKnown ? new Cost(1, Points: (long)Math.Ceiling(Spec.Cost!.Value)) : null,
            });
        }

        return request;
    }

    /// <summary>The call as <see cref="Load"/> makes it.</summary>
    /// <param name="deadline">How long its answer is of use.</param>
    /// <param name="cancels">Whether the caller has to keep the deadline, because the client knows of none.</param>
    public LoadCall ToCall(TimeSpan? deadline, bool cancels) => new(At, () => ToRequest(deadline))
    {
        Deadline = deadline,
        CancelsAtDeadline = cancels,
        Tenant = Tenant,
        Weight = Weight,
        Succeeded = Spec.Path.EndsWith("/graphql", StringComparison.Ordinal) ? SucceededInGraphQL : null,
    };

    // A refusal may come as 200 there. The body is buffered, and read the same way whoever the client is.
    private static bool SucceededInGraphQL(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            return false;
        }

        using var reader = new StreamReader(response.Content.ReadAsStream());
        return !reader.ReadToEnd().Contains("\"errors\"", StringComparison.Ordinal);
    }
}
