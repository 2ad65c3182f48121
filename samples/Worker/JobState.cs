namespace Worker;

internal enum JobState
{
    /// <summary>In the queue until it is due.</summary>
    Waiting,

    /// <summary>Written.</summary>
    Done,

    /// <summary>Not written, and not tried again.</summary>
    Failed,

    /// <summary>Nobody knows whether it was written: a person has to look, because trying again might write it twice.</summary>
    Unclear,
}
