using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>What the headers of two APIs cost to read: a happy call under their profiles.</summary>
public class ProviderHeaders
{
    private Caller _bare = null!;
    private Caller _ours = null!;

    [Params("github", "openai")]
    public string Provider { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        bool isGitHub = Provider == "github";
        var target = new Uri(isGitHub ? "https://api.github.com/repos/o/r/issues" : "https://api.openai.com/v1/models");
        (string, string)[] headers = isGitHub ? AnswerHeaders.GitHub : AnswerHeaders.OpenAI;
        var transport = new StubTransport(asynchronous: true, headers);
        _bare = new Caller(transport, asynchronous: true) { Target = target };
        _ours = new Caller(isGitHub ? Chains.Ours(transport) : Chains.OpenAI(transport), asynchronous: true) { Target = target };
    }

    [Benchmark(Baseline = true, Description = "bare client")]
    public Task Bare() => _bare.OnceAsync();

    [Benchmark(Description = "our chain")]
    public Task Ours() => _ours.OnceAsync();
}
