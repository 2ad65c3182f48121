// Virtual time is repeatable to the bit only when nothing else uses the pool.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
