namespace Handlers.Quotas;

/// <summary>Decides about one that waits: the refusal that ends its wait, or null.</summary>
internal delegate QuotaRefusal? WaitJudgement(Waiter waiter, in Turn turn);
