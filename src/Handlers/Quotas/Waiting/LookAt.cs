namespace Handlers.Quotas;

/// <summary>Looks at one that waits; false when it has been taken out of the queue.</summary>
internal delegate bool LookAt(Waiter waiter, in Turn turn);
