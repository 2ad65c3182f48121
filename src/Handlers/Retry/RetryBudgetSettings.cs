namespace Handlers.Retry;

/// <summary>Retries allowed per call of the last 60 s, and retries allowed whatever the number of calls.</summary>
internal sealed record RetryBudgetSettings(double Ratio, int Minimum)
{
    public static RetryBudgetSettings From(RetryOptions options) => new(options.BudgetRatio, options.BudgetMinimum);
}
