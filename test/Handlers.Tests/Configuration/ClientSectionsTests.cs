using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Configuration;

public class ClientSectionsTests
{
    [Fact]
    public void A_section_that_no_client_uses_is_an_error_with_a_suggestion() =>
        Errors(["github"], ("ResilienceHandlers:Clients:githb:Retry:MaxRetries", "5")).ShouldBe(
        [
            "ResilienceHandlers:Clients:githb is used by no client: there is no AddHttpClient(\"githb\").AddResilienceHandlers(); did you mean \"github\"?",
        ]);

    [Fact]
    public void Without_a_similar_name_the_clients_are_listed() =>
        Errors(["github", "openai"], ("ResilienceHandlers:Clients:weather:Enabled", "true")).ShouldHaveSingleItem()
            .ShouldEndWith("; the clients are github, openai.");

    [Theory]
    [InlineData("GitHub")]
    [InlineData("github")]
    public void Case_does_not_matter(string section) =>
        Errors(["github"], ($"ResilienceHandlers:Clients:{section}:Enabled", "true")).ShouldBeEmpty();

    [Fact]
    public void A_name_with_a_colon_is_found_below_its_first_part() =>
        Errors(["acme:eu"], ("ResilienceHandlers:Clients:acme:eu:Enabled", "true")).ShouldBeEmpty();

    [Theory]
    [InlineData("Client:github:Enabled", "ResilienceHandlers:Client is unknown; did you mean \"Clients\"?")]
    [InlineData("Default:Enabled", "ResilienceHandlers:Default is unknown; did you mean \"Defaults\"?")]
    [InlineData("github:Enabled", "ResilienceHandlers:github is unknown; did you mean \"Clients:github\"?")]
    [InlineData("Enabled", "ResilienceHandlers:Enabled = \"true\" is unknown; use Defaults for all clients, or Clients:{name} for one.")]
    [InlineData("Clients", "ResilienceHandlers:Clients = \"true\" is a section, not a value; put the clients' names below it.")]
    public void Only_defaults_and_clients_stand_at_the_top(string key, string error) =>
        Errors(["github"], ($"ResilienceHandlers:{key}", "true")).ShouldBe([error]);

    [Fact]
    public void When_every_client_has_the_handlers_any_section_may_be_used()
    {
        var settings = new EditableConfiguration(("ResilienceHandlers:Clients:later:Enabled", "true"), ("ResilienceHandlers:Nonsense:Enabled", "true"));

        ClientSections.Check(settings.Section, clients: null).ShouldHaveSingleItem().ShouldContain("Nonsense");
    }

    [Fact]
    public void An_explicit_section_is_used_by_its_path()
    {
        var settings = new EditableConfiguration(
            ("ResilienceHandlers:Clients:shared:Enabled", "true"),
            ("ResilienceHandlers:Clients:github:Enabled", "true"));
        ClientLayers layers = Layers.For("github", settings.Section) with { Section = settings.Root.GetSection("ResilienceHandlers:Clients:shared") };

        ClientSections.Check(settings.Section, [layers]).ShouldBe(
        [
            "ResilienceHandlers:Clients:github is used by nobody: AddResilienceHandlers(\"github\", …) was given the section "
            + "\"ResilienceHandlers:Clients:shared\" instead; keep one of them.",
        ]);
    }

    [Fact]
    public void An_edit_that_adds_such_a_section_is_logged_once()
    {
        var settings = new EditableConfiguration(("ResilienceHandlers:Clients:github:Enabled", "true"));
        var log = new LogRecorder();
        using IDisposable watch = ClientSections.Watch(settings.Section, [Layers.For("github", settings.Section)], new RejectedEdits(), log);

        settings.Edit(("ResilienceHandlers:Clients:githb:Enabled", "true"));
        settings.Edit(("Logging:LogLevel:Default", "Debug"));

        log[EventIds.EditRejected].ShouldHaveSingleItem().ShouldContain("ResilienceHandlers:Clients:githb is used by no client");
    }

    [Fact]
    public void A_list_of_clients_is_told_to_be_a_map() =>
        Errors(["github"], ("ResilienceHandlers:Clients:0:Name", "github")).ShouldBe(
        [
            "ResilienceHandlers:Clients:0 is an entry of a list; Clients is a map: give each client's section the client's name as its key.",
        ]);

    [Fact]
    public void A_value_in_place_of_everything_is_a_mistake() =>
        Errors(["github"], ("ResilienceHandlers", "on")).ShouldBe(
        [
            "ResilienceHandlers = \"on\" is a section, not a value; put Defaults or Clients below it.",
        ]);

    [Theory]
    [InlineData("ResilienceHandler:Clients:github:Enabled", "ResilienceHandler is read by nobody; did you mean \"ResilienceHandlers\"?")]
    [InlineData("ResilienceHanlders:Defaults:Enabled", "ResilienceHanlders is read by nobody; did you mean \"ResilienceHandlers\"?")]
    [InlineData("RESILIENCEHANDLERS_CLIENTS_GITHUB_ENABLED", "RESILIENCEHANDLERS_CLIENTS_GITHUB_ENABLED is read by nobody: a colon stands between")]
    [InlineData("ResilienceHandlers.Clients:github:Enabled", "ResilienceHandlers.Clients is read by nobody: a colon stands between")]
    public void A_slip_in_our_own_name_is_a_mistake(string key, string mistake) =>
        Beside((key, "false")).ShouldHaveSingleItem().ShouldStartWith(mistake);

    [Theory]
    [InlineData("ResilienceHandler:Timeout")]
    [InlineData("Resilience:Clients:github:Enabled")]
    [InlineData("RESILIENCEHANDLERS_SERVICE_HOST")]
    [InlineData("resiliencehandlers:Clients:github:Enabled")]
    public void What_may_be_somebody_elses_is_not(string key) => Beside((key, "true")).ShouldBeEmpty();

    private static ImmutableArray<string> Beside(params (string Key, string? Value)[] settings)
    {
        var configuration = new EditableConfiguration(settings);
        return ClientSections.Check(configuration.Section, [Layers.For("github", configuration.Section)], configuration.Root);
    }

    private static ImmutableArray<string> Errors(string[] clients, params (string Key, string? Value)[] settings)
    {
        IConfigurationSection root = new EditableConfiguration(settings).Section;
        return ClientSections.Check(root, [.. clients.Select(client => Layers.For(client, root))]);
    }
}
