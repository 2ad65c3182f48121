namespace Handlers.Quotas;

/// <summary>Where one that waits stands in its queue. What goes before it is added up only when somebody asks.</summary>
/// <param name="Band">Those of its priority.</param>
/// <param name="Flow">Those of its tenant.</param>
/// <param name="Above">What waits with a greater priority.</param>
/// <param name="Before">What waits before it in its flow.</param>
/// <param name="Weight">Its weight and that of those before it in its flow.</param>
internal readonly record struct Turn(Band Band, Flow Flow, Load Above, Load Before, long Weight)
{
    public Load AheadOf(Waiter waiter)
    {
        Load ahead = Band.Ahead(Flow, Before, Weight, waiter.Charge);
        ahead.Add(Above);
        return ahead;
    }
}
