using FsCheck;
using FsCheck.Fluent;
using Handlers.Retry;

namespace Handlers.Tests.Retry;

public class BackoffTests
{
    private const double Middle = 0.5;

    [Fact]
    [Trait("Requirement", "B3")]
    public void Doubles_from_one_second_up_to_thirty()
    {
        BackoffSettings settings = Settings(BackoffKind.Exponential, baseSeconds: 1, multiplier: 2, maxSeconds: 30, jitter: 0.2);

        double[] waits = [.. Enumerable.Range(1, 5).Select(retry => Backoff.Delay(settings, retry, Middle).TotalSeconds)];

        waits.ShouldBe([1, 2, 4, 8, 16]);
    }

    [Theory]
    [Trait("Requirement", "B3")]
    [InlineData(1, 0.8, 1.2)]
    [InlineData(2, 1.6, 2.4)]
    [InlineData(3, 3.2, 4.8)]
    [InlineData(6, 24, 30)]
    [InlineData(100, 24, 30)]
    public void Jitter_varies_the_wait_by_its_share_and_never_beyond_the_cap(int retry, double shortest, double longest)
    {
        BackoffSettings settings = Settings(BackoffKind.Exponential, baseSeconds: 1, multiplier: 2, maxSeconds: 30, jitter: 0.2);

        double first = Backoff.Delay(settings, retry, 0).TotalSeconds;
        double last = Backoff.Delay(settings, retry, Math.BitDecrement(1)).TotalSeconds;

        first.ShouldBe(shortest, 1e-6);
        last.ShouldBe(longest, 1e-6);
        last.ShouldBeLessThanOrEqualTo(30);
    }

    [Fact]
    [Trait("Requirement", "A4")]
    public void Without_jitter_every_wait_is_predictable()
    {
        BackoffSettings settings = Settings(BackoffKind.Exponential, baseSeconds: 10, multiplier: 2, maxSeconds: 300, jitter: 0);

        double[] waits = [.. Enumerable.Range(1, 7).Select(retry => Backoff.Delay(settings, retry, random: 0.99).TotalSeconds)];

        waits.ShouldBe([10, 20, 40, 80, 160, 300, 300]);
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public void Five_retries_of_a_model_call_wait_one_to_sixteen_seconds()
    {
        BackoffSettings settings = Settings(BackoffKind.Exponential, baseSeconds: 1, multiplier: 2, maxSeconds: 60, jitter: 0.2);

        double[] longest = [.. Enumerable.Range(1, 5).Select(retry => Backoff.Delay(settings, retry, Math.BitDecrement(1)).TotalSeconds)];

        longest.Sum().ShouldBe(1.2 * (1 + 2 + 4 + 8 + 16), 1e-5);
    }

    [Fact]
    public void Linear_grows_by_the_base_and_constant_does_not_grow()
    {
        BackoffSettings linear = Settings(BackoffKind.Linear, baseSeconds: 2, multiplier: 9, maxSeconds: 5, jitter: 0);
        BackoffSettings constant = linear with { Kind = BackoffKind.Constant };

        double[] growing = [.. Enumerable.Range(1, 3).Select(retry => Backoff.Delay(linear, retry, 0).TotalSeconds)];
        double[] flat = [.. Enumerable.Range(1, 3).Select(retry => Backoff.Delay(constant, retry, 0).TotalSeconds)];

        growing.ShouldBe([2, 4, 5]);
        flat.ShouldBe([2, 2, 2]);
    }

    [Fact]
    public void Takes_its_settings_from_the_options()
    {
        var options = new RetryOptions
        {
            Backoff = BackoffKind.Linear,
            BaseDelay = TimeSpan.FromSeconds(3),
            Multiplier = 4,
            MaxDelay = TimeSpan.FromSeconds(50),
            Jitter = 0.1,
        };

        var settings = BackoffSettings.From(options);

        settings.ShouldBe(Settings(BackoffKind.Linear, baseSeconds: 3, multiplier: 4, maxSeconds: 50, jitter: 0.1));
    }

    [Fact]
    public void Never_overflows_never_negative_never_above_the_cap()
    {
        Gen<BackoffSettings> settings =
            from kind in Gen.Elements(BackoffKind.Constant, BackoffKind.Linear, BackoffKind.Exponential)
            from first in Gen.Elements(TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), TimeSpan.MaxValue)
            from max in Gen.Elements(TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromDays(1), TimeSpan.MaxValue)
            from multiplier in Gen.Choose(10, 100)
            from jitter in Gen.Choose(0, 10)
            select new BackoffSettings(kind, first, multiplier / 10.0, max, jitter / 10.0);
        Gen<(BackoffSettings Settings, int Retry, double Random)> cases =
            from s in settings
            from retry in Gen.OneOf(Gen.Choose(1, 100), Gen.Elements(1_000, int.MaxValue))
            from random in Gen.Choose(0, 999)
            select (s, retry, random / 1000.0);

        Prop.ForAll(cases.ToArbitrary(), c => Backoff.Delay(c.Settings, c.Retry, c.Random) is var wait && wait >= TimeSpan.Zero && wait <= c.Settings.MaxDelay)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Retries_are_numbered_from_one() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Backoff.Delay(default, retry: 0, Middle));

    private static BackoffSettings Settings(BackoffKind kind, double baseSeconds, double multiplier, double maxSeconds, double jitter) =>
        new(kind, TimeSpan.FromSeconds(baseSeconds), multiplier, TimeSpan.FromSeconds(maxSeconds), jitter);
}
