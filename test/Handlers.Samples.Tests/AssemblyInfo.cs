// Virtual time moves only when the pool has nothing to do; other tests running beside would keep it busy.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
