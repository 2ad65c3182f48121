namespace Worker;

/// <summary>Where jobs wait and end. In memory here; a table or a broker in an app that must not lose them.</summary>
internal interface IJobQueue
{
    /// <summary>Puts a job in, or back; one that does not wait any more is kept to look at.</summary>
    ValueTask PutAsync(Job job, CancellationToken cancellationToken);

    /// <summary>The next job that is due; waits until there is one.</summary>
    ValueTask<Job> TakeAsync(CancellationToken cancellationToken);

    /// <summary>Jobs that ended, in that order.</summary>
    IReadOnlyList<Job> Ended { get; }
}
