using Handlers.Retry;
using Handlers.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers.Tests.Chain;

public sealed class ResilienceStateTests
{
    private static readonly RetryBudgetSettings Settings = RetryBudgetSettings.From(new RetryOptions());

    private readonly ManualClock _clock = new();
    private readonly ResilienceState _state;

    public ResilienceStateTests() => _state = new ResilienceState(_clock, NullLoggerFactory.Instance, [], random: null);

    [Fact]
    public void One_account_has_one_budget() =>
        _state.BudgetOf("github", "acme", Settings).ShouldBeSameAs(_state.BudgetOf("github", "acme", Settings));

    [Fact]
    public void Budgets_of_idle_accounts_are_forgotten_and_those_in_use_are_kept()
    {
        RetryBudget idle = Used("idle");
        _clock.Advance(120);
        RetryBudget busy = Used("busy");

        for (int i = 0; i < 2000; i++)
        {
            Used($"user-{i}");
        }

        idle.IsRetired.ShouldBeTrue();
        busy.IsRetired.ShouldBeFalse();
        _state.BudgetOf("github", "busy", Settings).ShouldBeSameAs(busy);
        _state.BudgetOf("github", "idle", Settings).ShouldNotBeSameAs(idle);
    }

    private RetryBudget Used(string account)
    {
        RetryBudget budget = _state.BudgetOf("github", account, Settings);
        budget.RecordCall();
        return budget;
    }
}
