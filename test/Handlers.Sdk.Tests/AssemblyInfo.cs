// Lower bounds are exact, upper bounds are real time: one test at a time keeps them honest on a small machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
