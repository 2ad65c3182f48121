using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

/// <summary>The server chooses by fields that a handler below the cache sets: nobody above can know their values before a request is sent.</summary>
public class ChosenBelowTests
{
    private string _language = "de";

    [Fact]
    public async Task What_has_a_tag_is_confirmed_each_time()
    {
        using Bench bench = WithLanguages(attempt => attempt.Headers.GetValueOrDefault("If-None-Match") == $"\"{attempt.Headers["Accept-Language"]}\""
            ? ScriptedAnswer.Status(304).Header("ETag", attempt.Headers["If-None-Match"]).Header("Cache-Control", "max-age=60").Header("Vary", "Accept-Language")
            : InLanguage(attempt).Header("ETag", $"\"{attempt.Headers["Accept-Language"]}\""));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("de");
            using (HttpResponseMessage confirmed = await client.GetAsync("things"))
            {
                (await confirmed.Content.ReadAsStringAsync()).ShouldBe("de");
                confirmed.GetCallReport()!.CacheStatus.ShouldBe("Handlers;fwd=request;fwd-status=304;ttl=60");
            }

            _language = "en";
            (await client.GetStringAsync("things")).ShouldBe("en");
        });
    }

    [Fact]
    public async Task What_has_none_is_not_stored()
    {
        using Bench bench = WithLanguages(InLanguage);

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("de");
            _language = "en";
            using HttpResponseMessage response = await client.GetAsync("things");
            (await response.Content.ReadAsStringAsync()).ShouldBe("en");
            response.GetCallReport()!.CacheStatus.ShouldBe("Handlers;fwd=uri-miss;detail=chosen-below");
        });
    }

    [Fact]
    public async Task It_stands_in_for_no_failure()
    {
        int asked = 0;
        using Bench bench = WithLanguages(attempt => ++asked == 1 ? InLanguage(attempt).Header("ETag", "\"1\"") : ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            _language = "en";
            using HttpResponseMessage response = await client.GetAsync("things");
            ((int)response.StatusCode).ShouldBe(503);
        });
    }

    [Fact]
    public async Task Nor_does_it_change_on_its_way_through_a_store_of_bytes()
    {
        using Bench bench = WithLanguages(
            attempt => InLanguage(attempt).Header("ETag", $"\"{attempt.Headers["Accept-Language"]}\""), new DistributedResponseStore(new DictionaryCache()));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            _language = "en";
            (await client.GetStringAsync("things")).ShouldBe("en");
        });
    }

    [Theory]
    [InlineData("Accept-Encoding", "gzip", false)]
    [InlineData("Authorization", "Bearer a", true)]
    public async Task Content_codings_and_the_credentials_of_a_named_account_are_no_secret_choice(string field, string value, bool hasAccount)
    {
        using var bench = new Bench(
            add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Setting(field, () => value)),
            settings: hasAccount ? Settings.For("api", ("Account", "acme")) : null);
        bench.Wire.OnEach(_ => CacheBench.Fresh().Header("Vary", field));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await client.GetStringAsync("things");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    private static ScriptedAnswer InLanguage(ScriptedAttempt attempt) => CacheBench.Fresh(attempt.Headers["Accept-Language"]).Header("Vary", "Accept-Language");

    private Bench WithLanguages(Func<ScriptedAttempt, ScriptedAnswer> answer, IResponseStore? store = null)
    {
        var bench = new Bench(
            add: b => b.AddResponseCaching().AddHttpMessageHandler(() => new Setting("Accept-Language", () => _language)),
            services: services =>
            {
                if (store is not null)
                {
                    services.AddSingleton(store);
                }
            });
        bench.Wire.OnEach(answer);
        return bench;
    }

    private sealed class Setting(string field, Func<string> value) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Remove(field);
            request.Headers.TryAddWithoutValidation(field, value());
            return base.SendAsync(request, cancellationToken);
        }
    }
}
