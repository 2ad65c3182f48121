using System.Runtime.CompilerServices;

namespace Handlers.Sockets.Tests.Support;

/// <summary>A test goes on when something has happened at the other end, however busy the machine is.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static void Is(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        SpinWait.SpinUntil(condition, Patience).ShouldBeTrue(what);
}
