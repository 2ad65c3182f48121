using System.Net;
using System.Net.Http.Headers;
using Handlers.ResponseCaching;
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

    [Theory]
    [InlineData("X-User-Id")]
    [InlineData("X-Tenant")]
    [InlineData("OpenAI-Organization")]
    [InlineData("Host")]
    [InlineData("X-Acme-Token")]
    public async Task A_field_that_may_choose_the_answer_separates_it_also_under_one_account(string field)
    {
        bool isCredential = field.EndsWith("Token", StringComparison.Ordinal);
        using var bench = new Bench(add: b => b.AddResponseCaching(), settings: isCredential ? null : Settings.For("api", ("Account", "acme")));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"of {attempt.Headers[field]}"));

        await bench.Run(async client =>
        {
            foreach (string next in (string[])["a", "b", "a", "b"])
            {
                using HttpRequestMessage request = CacheBench.Get(fields: (field, next));
                using HttpResponseMessage response = await client.SendAsync(request);
                (await response.Content.ReadAsStringAsync()).ShouldBe($"of {next}");
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    /// <summary>Numbers of jobs, times, names of tests: what differs each time must not keep answers from being found again.</summary>
    [Fact]
    public async Task A_field_that_nobody_knows_separates_nothing_unless_the_server_or_the_user_says_so()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching(), settings: Settings.For("api", ("Caching:KeyHeaders", "X-Region, X-Plan")));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Run(async client =>
        {
            (await ReadAsync(client, ("X-Job", "1"), ("Req-Num", "1"))).ShouldBe("1");
            (await ReadAsync(client, ("X-Job", "2"), ("Req-Num", "2"))).ShouldBe("1");
            (await ReadAsync(client, ("x-region", "eu"))).ShouldBe("2");
            (await ReadAsync(client, ("X-Region", "us"))).ShouldBe("3");
            (await ReadAsync(client, ("X-Region", "eu"), ("X-Job", "3"))).ShouldBe("2");
        });

        static async Task<string> ReadAsync(HttpClient client, params (string, string)[] fields)
        {
            using HttpRequestMessage request = CacheBench.Get(fields: fields);
            using HttpResponseMessage response = await client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData("Cache-Control")]
    [InlineData("X-Region, If-None-Match")]
    [InlineData("X Region")]
    [InlineData("X-Region,")]
    public void What_is_no_name_of_a_field_that_could_choose_is_refused(string fields)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Caching:KeyHeaders", fields)));

        Should.Throw<InvalidConfigurationException>(bench.Create).Message.ShouldContain("Caching:KeyHeaders");
    }

    [Theory]
    [InlineData("X-Tenant", true)]
    [InlineData("X-Tenant", false)]
    public async Task Whom_an_inner_handler_asks_for_is_not_seen_up_here_and_nothing_is_stored(string field, bool hasAccount)
    {
        string user = "a";
        using var bench = new Bench(
            add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Adding(field, () => user)),
            settings: hasAccount ? Settings.For("api", ("Account", "acme")) : null);
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"of {attempt.Headers[field]}"));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("of a");
            user = "b";
            (await client.GetStringAsync("things")).ShouldBe("of b");
            using (CallOptions.BeginScope(new CallOptions { Account = "acme/b" }))
            {
                (await client.GetStringAsync("things")).ShouldBe("of b");
                (await client.GetStringAsync("things")).ShouldBe("of b");
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Log.Named("AccountUnknown").ShouldHaveSingleItem().Text.ShouldContain(field);
    }

    [Theory]
    [InlineData("traceparent")]
    [InlineData("X-GitHub-Api-Version")]
    [InlineData("User-Agent")]
    public async Task What_says_nothing_about_anybody_may_be_added_below(string field)
    {
        int calls = 0;
        using var bench = new Bench(add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Adding(field, () => $"{++calls}")));
        bench.Wire.OnEach(_ => CacheBench.Fresh());

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await client.GetStringAsync("things");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_head_brings_that_is_somebody_elses_does_not_get_into_what_is_stored()
    {
        string? user = null;
        using var bench = new Bench(add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Adding("Authorization", () => user)));
        bench.Wire.Answers(CacheBench.Fresh("body", seconds: 1).Header("ETag", "\"1\""), CacheBench.Fresh("").Header("ETag", "\"1\"").Header("X-Balance", "of b"));
        bench.Wire.OnEach(_ => CacheBench.Fresh("new"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(3 * Second, bench.Time);
            user = "b";
            using var head = new HttpRequestMessage(HttpMethod.Head, "things");
            (await client.SendAsync(head)).Dispose();
            user = null;
            using HttpResponseMessage response = await client.GetAsync("things");

            response.Headers.Contains("X-Balance").ShouldBeFalse();
            (await response.Content.ReadAsStringAsync()).ShouldBe("new");
        });
    }

    /// <summary>Many a server sets a cookie with each answer, and transports keep them.</summary>
    [Fact]
    public async Task A_cookie_that_the_transport_keeps_separates_nothing()
    {
        using var transport = new SocketsHttpHandler();
        using var wire = new ScriptedTransport();
        wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));
        using var invoker = new HttpMessageInvoker(new ResponseCachingHandler(new ResponseCachingOptions()) { InnerHandler = new Instead(transport, wire) });

        string first = await ReadAsync();
        transport.CookieContainer.Add(new Uri(CacheBench.Url), new Cookie("__cf_bm", "a"));
        string second = await ReadAsync();

        (first, second).ShouldBe(("1", "1"));

        async Task<string> ReadAsync()
        {
            using HttpResponseMessage response = await invoker.SendAsync(CacheBench.Get(), default);
            return await response.Content.ReadAsStringAsync();
        }
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

    private sealed class Adding(string field, Func<string?> value) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (value() is { } text)
            {
                request.Headers.TryAddWithoutValidation(field, text);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Stands before a transport that keeps cookies, and sends elsewhere.</summary>
    private sealed class Instead(HttpMessageHandler transport, HttpMessageHandler wire) : DelegatingHandler(transport)
    {
        private readonly HttpMessageInvoker _wire = new(wire, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _wire.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _wire.Dispose();
            base.Dispose(disposing);
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
