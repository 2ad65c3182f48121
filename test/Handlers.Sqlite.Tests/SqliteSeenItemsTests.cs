using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Sqlite.Tests;

public sealed class SqliteSeenItemsTests : IDisposable
{
    private readonly TemporaryFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    [Trait("Requirement", "A11")]
    public async Task An_item_is_new_once_per_scope_across_runs()
    {
        using (var first = new SqliteSeenItems(_file.Path))
        {
            (await first.AddAsync("people", "ada@x.example")).ShouldBeTrue();
            (await first.AddAsync("people", "ada@x.example")).ShouldBeFalse();
            (await first.AddAsync("companies", "ada@x.example")).ShouldBeTrue();
        }

        using var second = new SqliteSeenItems(_file.Path);
        (await second.AddAsync("people", "ada@x.example")).ShouldBeFalse();
        (await second.AddAsync("people", "bob@x.example")).ShouldBeTrue();
        await second.ForgetAsync("people", "ada@x.example");
        (await second.AddAsync("people", "ada@x.example")).ShouldBeTrue();
    }

    [Fact]
    public async Task No_item_can_be_read_in_the_file()
    {
        using (var seen = new SqliteSeenItems(_file.Path))
        {
            await seen.AddAsync("people", "ada.lovelace@x.example");
        }

        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(_file.Path)!))
        {
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain("lovelace");
        }
    }

    [Theory]
    [Trait("Requirement", "A11")]
    [InlineData("true", false)]
    [InlineData("false", true)]
    public async Task The_path_is_configurable_and_it_can_be_switched_off(string on, bool alwaysNew)
    {
        using ServiceProvider services = Services(("Path", _file.Path), ("SeenItems", on));
        ISeenItems seen = services.GetRequiredService<ISeenItems>();

        await seen.AddAsync("people", "ada");

        (await seen.AddAsync("people", "ada")).ShouldBe(alwaysNew);
        File.Exists(_file.Path).ShouldBe(!alwaysNew);
    }

    [Fact]
    public void Keys_can_be_switched_off_alone()
    {
        using ServiceProvider services = Services(("Path", _file.Path), ("Idempotency", "false"));

        services.GetService<IIdempotencyStore>().ShouldBeNull();
        services.GetRequiredService<ISeenItems>().ShouldBeOfType<SqliteSeenItems>();
    }

    [Theory]
    [InlineData("Pfad", "x", "is unknown")]
    [InlineData("SeenItems", "maybe", "is not a switch")]
    [InlineData("Path", " ", "is empty")]
    public void What_is_wrong_is_told_with_its_path(string key, string value, string why)
    {
        using ServiceProvider services = Services((key, value));

        InvalidOperationException wrong = Should.Throw<InvalidOperationException>(() => services.GetRequiredService<ISeenItems>());

        wrong.Message.ShouldContain($"ResilienceHandlers:Sqlite:{key}");
        wrong.Message.ShouldContain(why);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"ResilienceHandlers:Sqlite:{setting.Key}", (string?)setting.Value)))
            .Build())
        .AddSqliteStore()
        .BuildServiceProvider();
}
