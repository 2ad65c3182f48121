using Handlers.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Sqlite.Tests;

public sealed class DurableReplayTests : IDisposable
{
    private readonly TemporaryFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    [Trait("Requirement", "A8")]
    public async Task A_result_is_there_again_after_a_restart()
    {
        using var wire = new ScriptedTransport();
        wire.Answers(ScriptedAnswer.Status(201).Json("""{"id":7}"""));

        string[] bodies = [await RunAsync(wire), await RunAsync(wire)];

        bodies.ShouldBe(["""{"id":7}""", """{"id":7} replayed"""]);
        wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_write_that_was_cut_off_is_unknown_after_a_restart()
    {
        using var wire = new ScriptedTransport();
        wire.Answers(new HttpRequestException(HttpRequestError.ResponseEnded, "cut"));

        await Should.ThrowAsync<HttpRequestException>(RunAsync(wire));
        (await Should.ThrowAsync<IdempotencyConflictException>(RunAsync(wire))).Reason.ShouldBe(IdempotencyConflictReason.OutcomeUnknown);
        wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_that_somebody_else_has_locked_holds_no_call_past_its_deadline()
    {
        using var wire = new ScriptedTransport();
        wire.Answers(ScriptedAnswer.Status(201));
        await RunAsync(wire);
        using var other = new SqliteConnection($"Data Source={_file.Path};Pooling=False");
        other.Open();
        using SqliteTransaction locked = other.BeginTransaction(deferred: false);

        CallTimeoutException late = await Should.ThrowAsync<CallTimeoutException>(RunAsync(wire, "another", TimeSpan.FromSeconds(0.2)));

        late.IsDeadline.ShouldBeTrue();
        wire.Attempts.Count.ShouldBe(1);
    }

    private async Task<string> RunAsync(ScriptedTransport wire, string key = "k", TimeSpan? deadline = null)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddSqliteStore(options => options.Path = _file.Path)
            .AddHttpClient("api", http => http.BaseAddress = new Uri("https://api.example/"))
            .ConfigurePrimaryHttpMessageHandler(() => wire)
            .AddResilienceHandlers()
            .Services.BuildServiceProvider();
        HttpClient api = services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        using var request = new HttpRequestMessage(HttpMethod.Post, "things") { Content = new StringContent("x") };
        request.SetCallOptions(new CallOptions { IdempotencyKey = key, Deadline = deadline });
        using HttpResponseMessage response = await api.SendAsync(request);
        return await response.Content.ReadAsStringAsync() + (response.GetCallReport()!.IsReplayed ? " replayed" : "");
    }
}
