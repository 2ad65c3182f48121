using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>Ends a body that was neither read nor disposed, when the garbage collector finds it. Made only for calls that hold slots.</summary>
[SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "The only way to see that a body was forgotten.")]
internal sealed class LeakGuard(CallContent content)
{
    ~LeakGuard() => content.End();

    [SuppressMessage("Usage", "CA1816:Call GC.SuppressFinalize correctly", Justification = "The body's end is this object's disposal.")]
    public void Disarm() => GC.SuppressFinalize(this);
}
