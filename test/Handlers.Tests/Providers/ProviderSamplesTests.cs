using System.Text.Json;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

/// <summary>The collected answers of real APIs. A sample's folder is its provider.</summary>
[Trait("Requirement", "A3")]
[Trait("Requirement", "B4")]
public sealed class ProviderSamplesTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Providers", "samples");

    public static TheoryData<string> Samples
    {
        get
        {
            TheoryData<string> samples = [];
            foreach (string file in Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                samples.Add(Path.GetRelativePath(Root, file));
            }

            return samples;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Judges_a_captured_answer(string sample)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, sample)));
        JsonElement expected = file.RootElement.GetProperty("expect");
        Provider? provider = Find(sample.Split(Path.DirectorySeparatorChar)[0]);
        provider.ShouldNotBeNull();
        AnswerText answer = Read(file.RootElement);

        CallPlan plan = answer.PlanBy(provider);
        Verdict verdict = answer.JudgeBy(provider);

        Spell(verdict.Kind).ShouldBe(expected.GetProperty("kind").GetString(), verdict.Why);
        answer.IsResent(verdict, plan).ShouldBe(expected.GetProperty("retry").GetBoolean(), verdict.Why);
        if (expected.GetProperty("wait_seconds").ValueKind == JsonValueKind.Null)
        {
            verdict.Wait.ShouldBeNull(verdict.Why);
        }
        else
        {
            verdict.Wait.ShouldNotBeNull(verdict.Why);
            verdict.Wait.Value.TotalSeconds.ShouldBe(expected.GetProperty("wait_seconds").GetDouble(), 0.05, verdict.Why);
        }

        if (expected.TryGetProperty("bucket", out JsonElement bucket))
        {
            (verdict.Resource ?? plan.Quotas[0].Resource).ShouldBe(bucket.GetString());
        }
    }

    [Fact]
    public void Every_provider_has_captured_answers() =>
        Directory.GetDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)
            .ShouldBe(KnownProviders.All.Select(provider => provider.Name).Order(StringComparer.Ordinal));

    private static Provider? Find(string name) => KnownProviders.All.SingleOrDefault(provider => provider.Name == name);

    private static AnswerText Read(JsonElement sample)
    {
        JsonElement request = sample.GetProperty("request");
        JsonElement body = sample.GetProperty("body");
        return new AnswerText
        {
            Method = request.GetProperty("method").GetString()!,
            Url = request.GetProperty("url").GetString()!,
            Status = sample.GetProperty("status").GetInt32(),
            MediaType = null,
            Headers = sample.GetProperty("headers").EnumerateObject().Select(header => (header.Name, header.Value.GetString()!)),
            Body = body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText(),
            Now = sample.GetProperty("now").GetDateTimeOffset(),
        };
    }

    private static string Spell(VerdictKind kind) => kind switch
    {
        VerdictKind.Ok => "ok",
        VerdictKind.RateLimited => "rate_limited",
        VerdictKind.QuotaExhausted => "quota_exhausted",
        VerdictKind.Transient => "transient",
        _ => "fatal",
    };
}
