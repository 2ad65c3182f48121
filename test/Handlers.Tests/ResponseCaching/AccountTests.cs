using System.Net;
using System.Net.Http.Headers;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

public class AccountTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_an_inner_handler_signed_is_nobodys_until_an_account_is_named()
    {
        string user = "a";
        using var bench = new Bench(add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Signing(() => user)));
        bench.Wire.OnEach(attempt => Answer(attempt).After(Second));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("of Bearer a");
            user = "b";
            (await client.GetStringAsync("things")).ShouldBe("of Bearer b");
            using HttpResponseMessage response = await client.GetAsync("things");
            response.GetCallReport()!.CacheStatus.ShouldBe("Handlers;fwd=uri-miss;detail=account-unknown");
        });

        LogEntry warning = bench.Log.Named("AccountUnknown").ShouldHaveSingleItem();
        warning.Text.ShouldContain("ResilienceHandlers:Clients:api:Account");
        warning.Text.ShouldContain("CallOptions.Account");
        bench.Log.Entries.ShouldAllBe(entry => !entry.Text.Contains("Bearer"));
    }

    [Fact]
    public async Task Nor_is_it_shared_in_flight()
    {
        int calls = 0;
        using var bench = new Bench(add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Signing(() => $"{Interlocked.Increment(ref calls)}")));
        bench.Wire.OnEach(attempt => Answer(attempt).After(Second));

        await bench.Run(async client =>
        {
            string[] bodies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("things")));

            bodies.Distinct(StringComparer.Ordinal).Count().ShouldBe(20);
        });

        bench.Wire.Attempts.Count.ShouldBe(20);
    }

    [Fact]
    public async Task With_accounts_named_per_call_each_has_his_own()
    {
        string user = "a";
        using var bench = new Bench(add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Signing(() => user)));
        bench.Wire.OnEach(attempt => Answer(attempt));

        await bench.Run(async client =>
        {
            foreach (string next in (string[])["a", "b", "a", "b"])
            {
                user = next;
                using (CallOptions.BeginScope(new CallOptions { Account = next }))
                {
                    (await client.GetStringAsync("things")).ShouldBe($"of Bearer {next}");
                }
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Log.Named("AccountUnknown").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_with_an_account_keeps_what_is_signed_below()
    {
        using var bench = new Bench(
            add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Signing(() => $"{Guid.NewGuid()}")),
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["ResilienceHandlers:Clients:api:Account"] = "acme" });
        bench.Wire.OnEach(attempt => Answer(attempt));

        await bench.Run(async client =>
        {
            string first = await client.GetStringAsync("things");
            (await client.GetStringAsync("things")).ShouldBe(first);
        });
    }

    [Fact]
    public async Task What_is_sent_on_to_another_place_is_not_stored()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Redirecting()));
        bench.Wire.OnEach(attempt => CacheBench.Fresh(attempt.Uri.AbsolutePath));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("/elsewhere");
            using HttpResponseMessage response = await client.GetAsync("things");
            response.GetCallReport()!.CacheStatus.ShouldBe("Handlers;fwd=uri-miss;detail=redirected");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_secret_reaches_a_store()
    {
        var cache = new DictionaryCache();
        using var bench = new CacheBench(store: new DistributedResponseStore(cache));
        bench.Wire.OnEach(_ => CacheBench.Fresh().Header("Vary", "Authorization, Cookie, X-Api-Key"));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync(CacheBench.Get(
                "https://api.example/things?token=hidden", ("Authorization", "Bearer hidden"), ("Cookie", "hidden=hidden"), ("X-Api-Key", "hidden")));
            await Task.Delay(Second, bench.Time);
        });

        (string key, byte[] value) = cache.Values.ShouldHaveSingleItem();
        key.ShouldNotContain("hidden");
        System.Text.Encoding.Latin1.GetString(value).ShouldNotContain("hidden");
    }

    [Fact]
    public async Task Two_clients_share_only_where_both_say_so()
    {
        Bench? wired = null;
        using var bench = wired = new Bench(
            add: b => b.AddResponseCaching(o => o.SharedStore = true),
            services: s =>
            {
                AddClient(s, "other", shared: true);
                AddClient(s, "apart", shared: false);
            });
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Time.RunAsync(async () =>
        {
            (await Get("api")).ShouldBe("1");
            (await Get("other")).ShouldBe("1");
            (await Get("apart")).ShouldBe("2");
        });

        async Task<string> Get(string name)
        {
            using HttpClient client = bench.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);
            return await client.GetStringAsync("https://api.example/things");
        }

        void AddClient(IServiceCollection services, string name, bool shared) => services.AddHttpClient(name)
            .ConfigurePrimaryHttpMessageHandler(() => wired!.Wire).AddResponseCaching(o => o.SharedStore = shared);
    }

    private static ScriptedAnswer Answer(ScriptedAttempt attempt) => CacheBench.Fresh($"of {attempt.Headers["Authorization"]}");

    private sealed class Signing(Func<string> user) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user());
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Redirecting : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(request.RequestUri!, "/elsewhere");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
