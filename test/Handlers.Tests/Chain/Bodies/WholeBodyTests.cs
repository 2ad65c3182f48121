using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>Bodies in the runtime's own kinds of content, which copy themselves whole, instead of being read piece by piece.</summary>
public sealed class WholeBodyTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("none")]
    public async Task One_that_stalls_ends_at_the_deadline_and_holds_nobody_up(string slots)
    {
        using Bench bench = Over(slots, new ScriptedBody().Text("abc").Stall());

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.GetStringAsync("things"));
            string next = await client.GetStringAsync("things");

            thrown.IsDeadline.ShouldBeTrue();
            next.ShouldBe("fine");
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(20));
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("none")]
    public async Task One_that_the_caller_gives_up_is_the_callers_exception(string slots)
    {
        using Bench bench = Over(slots, new ScriptedBody().Text("abc").Stall());

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(2), bench.Time);
            OperationCanceledException thrown = await Should.ThrowAsync<OperationCanceledException>(
                () => response.Content.CopyToAsync(Stream.Null, impatient.Token));
            string next = await client.GetStringAsync("things");

            thrown.CancellationToken.ShouldBe(impatient.Token);
            next.ShouldBe("fine");
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("none")]
    public async Task One_that_breaks_is_told_as_without_us(string slots)
    {
        using Bench bench = Over(slots, new ScriptedBody().Text("abc").EndEarly());

        await bench.Run(async client =>
        {
            HttpRequestException thrown = await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync("things"));
            string next = await client.GetStringAsync("things");

            thrown.InnerException.ShouldBeAssignableTo<IOException>();
            next.ShouldBe("fine");
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task One_whose_deadline_has_passed_is_not_begun()
    {
        using Bench bench = Over("none", new ScriptedBody().Text("abc"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await Task.Delay(TimeSpan.FromSeconds(21), bench.Time);

            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => response.Content.ReadAsStringAsync());

            thrown.IsDeadline.ShouldBeTrue();
        });
    }

    private static Bench Over(string slots, ScriptedBody first)
    {
        var bench = new Bench(
            settings: Settings.For("api", ("TotalTimeout", "00:00:20"), ("Pacing:MaxConcurrency", slots)),
            add: builder => builder.AddResilienceHandlers().AddHttpMessageHandler(static () => new RuntimeContent()));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(first), ScriptedAnswer.Status(200).Text("fine"));
        return bench;
    }

    private sealed class RuntimeContent : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            response.Content = new StreamContent(await response.Content.ReadAsStreamAsync(cancellationToken));
            return response;
        }
    }
}
