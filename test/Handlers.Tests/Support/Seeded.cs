using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Handlers.Tests.Support;

/// <summary>Properties that try the same scripts in every run: one that fails once can be looked at.</summary>
internal static class Seeded
{
    public static Config Config(ulong seed, int tests, int size = 100) => FsCheck.Config.QuickThrowOnFailure
        .WithMaxTest(tests)
        .WithEndSize(size)
        .WithReplay(FSharpOption<FsCheck.Replay>.Some(new FsCheck.Replay(new Rnd(seed, 1), FSharpOption<int>.None)));
}
