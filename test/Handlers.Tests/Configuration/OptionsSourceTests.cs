using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.Configuration;

public sealed class OptionsSourceTests : IDisposable
{
    private const string Retries = "ResilienceHandlers:Clients:github:Retry:MaxRetries";

    private readonly EditableConfiguration _settings = new((Retries, "5"), ("Logging:LogLevel:Default", "Information"));
    private readonly LogRecorder _log = new();
    private readonly RejectedEdits _rejected = new();
    private readonly List<(Composition? Old, Composition New)> _changes = [];
    private readonly OptionsSource _source;

    public OptionsSourceTests()
    {
        _source = Source(Layers.For("github", _settings.Section));
        _source.Watch((old, edited) => _changes.Add((old, edited)));
    }

    private ResilienceHandlersOptions Options => _source.Current!.Options;

    public void Dispose() => _source.Dispose();

    [Fact]
    public void A_good_edit_replaces_the_options_and_tells()
    {
        ResilienceHandlersOptions before = Options;

        _settings.Edit((Retries, "7"));

        Options.Retry.MaxRetries.ShouldBe(7);
        before.Retry.MaxRetries.ShouldBe(5, "a call holds on to the options that it began with");
        (Composition? old, Composition edited) = _changes.ShouldHaveSingleItem();
        old!.Options.ShouldBeSameAs(before);
        edited.ShouldBeSameAs(_source.Current);
        _log[EventIds.OptionsChanged].ShouldBe(["Client \"github\" goes on with new options: Retry:MaxRetries 5 -> 7"]);
    }

    [Theory]
    [Trait("Requirement", "A7")]
    [InlineData("Enabled")]
    [InlineData("Pacing:Enabled")]
    [InlineData("CircuitBreaker:Enabled")]
    [InlineData("Retry:Enabled")]
    [InlineData("RateLimits:Enabled")]
    public void A_switch_can_be_turned_off_and_on_while_the_app_runs(string flag)
    {
        OptionSchema.TryFind(flag, out Option? option);

        _settings.Edit(($"ResilienceHandlers:Clients:github:{flag}", "false"));
        string off = option!.Format(Options);
        _settings.Edit(($"ResilienceHandlers:Clients:github:{flag}", "true"));

        off.ShouldBe("false");
        option.Format(Options).ShouldBe("true");
    }

    [Fact]
    public void An_edit_of_an_unrelated_setting_changes_nothing_at_all()
    {
        Composition before = _source.Current!;
        int logged = _log.Count;

        _settings.Edit(("Logging:LogLevel:Default", "Debug"));
        _settings.Edit(("ResilienceHandlers:Clients:openai:Retry:MaxRetries", "9"));
        _settings.Edit((Retries, " 5"));
        _settings.Edit(("ResilienceHandlers:Defaults:TotalTimeout", "00:01:40"));

        _source.Current.ShouldBeSameAs(before);
        _changes.ShouldBeEmpty();
        _log.Count.ShouldBe(logged);
    }

    [Fact]
    public void A_bad_edit_is_logged_once_and_the_last_good_options_stay()
    {
        Composition before = _source.Current!;

        _settings.Edit((Retries, "lots"), ("ResilienceHandlers:Clients:github:Retry:Jitter", "0.5"));
        _settings.Edit(("Logging:LogLevel:Default", "Debug"));
        _settings.Edit(("Logging:LogLevel:Default", "Information"));

        _source.Current.ShouldBeSameAs(before);
        _changes.ShouldBeEmpty();
        string text = _log[EventIds.EditRejected].ShouldHaveSingleItem();
        text.ShouldContain($"{Retries} = \"lots\" is not a whole number from 0 to 100");
    }

    [Fact]
    public void Each_distinct_bad_edit_is_logged()
    {
        _settings.Edit((Retries, "lots"));
        _settings.Edit((Retries, "many"));
        _settings.Edit((Retries, "5"));
        _settings.Edit((Retries, "lots"));

        _log[EventIds.EditRejected].Count().ShouldBe(3);
    }

    [Fact]
    public void A_corrected_edit_counts_in_full()
    {
        _settings.Edit((Retries, "lots"), ("ResilienceHandlers:Clients:github:Retry:Jitter", "0.5"));
        _settings.Edit((Retries, "6"));

        Options.Retry.MaxRetries.ShouldBe(6);
        Options.Retry.Jitter.ShouldBe(0.5);
    }

    [Fact]
    public void Taking_a_bad_edit_back_goes_unnoticed()
    {
        Composition before = _source.Current!;

        _settings.Edit((Retries, "lots"));
        _settings.Edit((Retries, "5"));

        _source.Current.ShouldBeSameAs(before);
        _log[EventIds.OptionsChanged].ShouldBeEmpty();
    }

    [Fact]
    public void A_bad_edit_of_the_defaults_is_logged_once_for_all_clients()
    {
        using OptionsSource other = Source(Layers.For("openai", _settings.Section));
        other.Watch(static (_, _) => { });

        _settings.Edit(("ResilienceHandlers:Defaults:TotalTimeout", "30"));

        _log[EventIds.EditRejected].ShouldHaveSingleItem().ShouldContain("ResilienceHandlers:Defaults:TotalTimeout = \"30\"");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_section_that_disappears_is_a_bad_edit(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _settings.Replace(("Logging:LogLevel:Default", "Debug"));
            _settings.Announce();
        }

        Options.Retry.MaxRetries.ShouldBe(5);
        _log[EventIds.EditRejected].ShouldHaveSingleItem().ShouldContain("ResilienceHandlers is gone");
    }

    [Fact]
    public void An_emptied_section_means_the_defaults()
    {
        _settings.Replace(("ResilienceHandlers", null));
        _settings.Announce();

        Options.Retry.MaxRetries.ShouldBe(3);
    }

    [Fact]
    public void A_missing_or_broken_file_keeps_the_last_good_options()
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(file, """{ "ResilienceHandlers": { "Clients": { "github": { "Retry": { "MaxRetries": 8 } } } } }""");
            var other = new EditableConfiguration();
            IConfigurationRoot root = new ConfigurationBuilder().AddJsonFile(file, optional: true).Add(other).Build();
            using OptionsSource source = Source(Layers.For("github", root.GetSection("ResilienceHandlers")));
            source.Watch(static (_, _) => { });

            File.WriteAllText(file, """{ "ResilienceHandlers": { "Clients": """);
            Should.Throw<InvalidDataException>(root.Reload);
            other.Edit(("Logging:LogLevel:Default", "Debug"));
            int whenBroken = source.Current!.Options.Retry.MaxRetries;
            File.Delete(file);
            root.Reload();

            whenBroken.ShouldBe(8);
            source.Current!.Options.Retry.MaxRetries.ShouldBe(8);
            _log[EventIds.EditRejected].ShouldHaveSingleItem();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Edits_between_construction_and_watching_are_made_up_for()
    {
        using OptionsSource source = Source(Layers.For("github", _settings.Section));
        _settings.Edit((Retries, "9"));
        List<int> seen = [];

        source.Watch((_, edited) => seen.Add(edited.Options.Retry.MaxRetries));

        seen.ShouldBe([9]);
    }

    [Fact]
    public void An_edit_that_comes_while_another_is_taken_over_follows_it()
    {
        List<int> seen = [];
        using OptionsSource source = Source(Layers.For("github", _settings.Section));
        source.Watch((_, edited) =>
        {
            seen.Add(edited.Options.Retry.MaxRetries);
            if (seen.Count == 1)
            {
                _settings.Edit((Retries, "7"));
                _settings.Edit((Retries, "8"));
            }
        });

        _settings.Edit((Retries, "6"));

        seen.ShouldBe([6, 8]);
        source.Current!.Options.Retry.MaxRetries.ShouldBe(8);
    }

    [Fact]
    public void A_subscriber_that_throws_is_logged_and_later_edits_still_count()
    {
        bool broken = true;
        using OptionsSource source = Source(Layers.For("github", _settings.Section));
        source.Watch((_, _) =>
        {
            if (broken)
            {
                throw new InvalidOperationException("not now");
            }
        });

        _settings.Edit((Retries, "6"));
        broken = false;
        _settings.Edit((Retries, "7"));

        _log[EventIds.EditNotApplied].ShouldHaveSingleItem();
        source.Current!.Options.Retry.MaxRetries.ShouldBe(7);
    }

    [Fact]
    public void Code_runs_again_over_the_edited_layers()
    {
        using OptionsSource source = Source(Layers.For("github", _settings.Section).With(options => options.Retry.MaxRetries *= 2));
        source.Watch(static (_, _) => { });

        _settings.Edit((Retries, "6"));

        source.Current!.Options.Retry.MaxRetries.ShouldBe(12);
    }

    [Fact]
    public void An_explicit_section_of_another_configuration_is_followed()
    {
        var elsewhere = new EditableConfiguration(("Api:Retry:MaxRetries", "1"));
        using OptionsSource source = Source(Layers.For("github", _settings.Section) with { Section = elsewhere.Root.GetSection("Api") });
        List<int> seen = [];
        source.Watch((_, edited) => seen.Add(edited.Options.Retry.MaxRetries));

        elsewhere.Edit(("Api:Retry:MaxRetries", "2"));
        _settings.Edit(("ResilienceHandlers:Defaults:TotalTimeout", "00:01:00"));

        seen.ShouldBe([2, 2]);
        source.Current!.Options.TotalTimeout.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void One_edit_composes_once_though_root_and_section_are_both_watched()
    {
        int composed = 0;
        ClientLayers layers = Layers.For("github", _settings.Section).With(_ => composed++) with
        {
            Section = _settings.Root.GetSection("ResilienceHandlers:Clients:github"),
        };
        using OptionsSource source = Source(layers);
        source.Watch(static (_, _) => { });
        composed = 0;

        _settings.Edit((Retries, "6"));

        composed.ShouldBe(1);
    }

    [Fact]
    public void A_disposed_source_follows_no_edit()
    {
        _source.Dispose();

        _settings.Edit((Retries, "6"));

        Options.Retry.MaxRetries.ShouldBe(5);
    }

    [Fact]
    public void A_bad_start_has_no_options_and_tells_every_mistake_on_a_line_of_its_own()
    {
        ClientLayers layers = Layers.For("x", ("ResilienceHandlers:Clients:x:TotalTimeout", "30"), ("ResilienceHandlers:Clients:x:Retry:MaxRetry", "1"));

        using OptionsSource source = Source(layers);

        source.Current.ShouldBeNull();
        OptionsValidationException exception = source.Mistakes();
        _log[EventIds.ClientUnusable].ShouldHaveSingleItem().ShouldEndWith(string.Join(' ', exception.Failures));
        exception.Failures.Count().ShouldBe(2);
        exception.OptionsName.ShouldBe("x");
        exception.Message.Split('\n').ShouldBe(["The resilience handlers' configuration has 2 mistakes:", .. exception.Failures]);
    }

    [Fact]
    public void The_first_good_edit_after_a_bad_start_brings_the_options()
    {
        var settings = new EditableConfiguration((Retries, "lots"));
        using OptionsSource source = Source(Layers.For("github", settings.Section));
        source.Watch((old, edited) => _changes.Add((old, edited)));

        settings.Edit((Retries, "many"));
        string still = source.Mistakes().Message;
        settings.Edit((Retries, null));

        still.ShouldContain("\"many\"");
        (Composition? old, Composition edited) = _changes.ShouldHaveSingleItem();
        old.ShouldBeNull();
        edited.ShouldBeSameAs(source.Current);
        _log[EventIds.EffectivePolicy].Count().ShouldBe(2, "one of them is this client's");
    }

    [Fact]
    public void The_start_says_in_one_line_what_holds()
    {
        _log[EventIds.EffectivePolicy].ShouldHaveSingleItem()
            .ShouldStartWith("Client \"github\": provider by host, workload Standard, TotalTimeout 00:01:40, ");
    }

    private OptionsSource Source(ClientLayers layers) => new(layers, _rejected, _log);
}
