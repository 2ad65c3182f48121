// One app at a time: browsers and servers share a small machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
