namespace Handlers;

/// <summary>What a stage says when the walk passes it.</summary>
internal enum Step : byte
{
    /// <summary>Nothing to wait for: go on.</summary>
    Go,

    /// <summary>The stage has to wait, or to send again: take its asynchronous method, or the synchronous twin.</summary>
    Wait,

    /// <summary>On enter only: the outcome is on the call already; the walk turns round here.</summary>
    Answered,
}
