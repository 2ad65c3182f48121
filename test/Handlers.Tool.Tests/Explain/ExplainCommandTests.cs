using System.Text.Json;
using Handlers.Tool.Tests.Support;

namespace Handlers.Tool.Tests.Explain;

public sealed class ExplainCommandTests
{
    private const string Refusal = """
        {
          "now": "2026-11-21T12:00:00Z",
          "request": { "method": "GET", "url": "https://api.example.com/v1/things?key=very-secret" },
          "status": 429,
          "headers": { "Content-Type": "application/json", "Retry-After": "1.5" },
          "body": { "message": "slow down" }
        }
        """;

    [Fact]
    public void A_line_has_exactly_the_documented_members()
    {
        using Folder folder = new();
        string file = folder.Write("a.json", Refusal);

        Ran ran = Ran.With("", "explain", "--json", file);

        ran.Output.ShouldBe(
            $$"""{"file":{{JsonSerializer.Serialize(file)}},"provider":"generic","kind":"rate_limited","retry":true,"wait_seconds":1.5,"quota":"default","""
            + """
            "why":"HTTP 429: too many requests; Retry-After names the wait."}

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("37025.723541104", "37025.7235412")]
    [InlineData("4294968", "4294968")]
    [InlineData("0.05", "0.05")]
    public void Waits_keep_their_digits(string retryAfter, string seconds)
    {
        Ran ran = Ran.With(Refusal.Replace("1.5", retryAfter, StringComparison.Ordinal), "explain", "--json");

        ran.Output.ShouldContain($"\"wait_seconds\":{seconds},");
    }

    [Fact]
    public void The_provider_follows_from_the_option_else_the_host_else_the_folder()
    {
        using Folder folder = new();
        string inFolder = folder.Write("linear/a.json", Refusal);
        string elsewhere = folder.Write("linear/b.json", Refusal.Replace("api.example.com", "API.GitHub.com", StringComparison.Ordinal));

        ProviderOf(Ran.With("", "explain", "--json", inFolder)).ShouldBe("linear");
        ProviderOf(Ran.With("", "explain", "--json", elsewhere)).ShouldBe("github");
        ProviderOf(Ran.With("", "explain", "--json", "--provider", "Stripe", elsewhere)).ShouldBe("stripe");
        ProviderOf(Ran.With(Refusal, "explain", "--json")).ShouldBe("generic");
    }

    [Fact]
    public void A_folder_is_read_with_its_subfolders_in_ordinal_order()
    {
        using Folder folder = new();
        foreach (string name in (string[])["b.json", "a/z.json", "a.json", "a-b/c.json", "B.json", "a/notes.txt"])
        {
            folder.Write(name, Refusal);
        }

        string[] files = [.. Ran.With("", "explain", "--json", folder.Path).Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()!)];

        files.ShouldBe([.. ((string[])["B.json", "a-b/c.json", "a.json", "a/z.json", "b.json"]).Select(name => $"{folder.Path}/{name}")]);
    }

    [Theory]
    [InlineData("not json", "neither what curl -i prints, which begins with HTTP/, nor valid JSON (line 1")]
    [InlineData(" \n", "it is empty; give an answer with its headers, as curl -i prints it")]
    [InlineData("[]", "the file must hold one object")]
    [InlineData("""{"status":429}""", "request is missing")]
    [InlineData("""{"message":"API rate limit exceeded"}""", "a body alone says too little: give its headers as well, as curl -i prints them")]
    [InlineData("""{"request":{"method":"GET","url":"/relative"},"status":200}""", "url must be absolute")]
    [InlineData("""{"request":{"method":"G T","url":"https://a.b/"},"status":200}""", "\"G T\" is no HTTP method")]
    [InlineData("""{"request":{"method":"GET","url":"https://a.b/"}}""", "status is missing")]
    [InlineData("""{"request":{"method":"GET","url":"https://a.b/"},"status":42}""", "status must be a number from 100 to 999")]
    [InlineData("""{"request":{"method":"GET","url":"https://a.b/"},"status":200,"headers":[]}""", "headers must be an object, not an array")]
    [InlineData("""{"request":{"method":"GET","url":"https://a.b/"},"status":200,"headers":{"a b":"c"}}""", "\"a b\" is no header name")]
    [InlineData("""{"request":{"method":"GET","url":"https://a.b/"},"status":200,"now":"noon"}""", "now must be an instant")]
    public void A_bad_file_is_told_with_its_fault_and_the_others_are_explained_all_the_same(string content, string fault)
    {
        using Folder folder = new();
        string bad = folder.Write("a.json", content);
        folder.Write("b.json", Refusal);

        Ran ran = Ran.With("", "explain", "--json", folder.Path);

        ran.Code.ShouldBe(ExitCode.BadInput);
        ran.Error.ShouldStartWith($"handlers: {bad}: ");
        ran.Error.ShouldContain(fault);
        ran.Lines.Length.ShouldBe(1);
    }

    [Fact]
    public void A_path_that_leads_nowhere_is_told()
    {
        Ran ran = Ran.With("", "explain", "no/such/folder");

        ran.ShouldBe(new Ran(ExitCode.BadInput, "", $"handlers: no/such/folder: there is no such file or folder{Environment.NewLine}"));
    }

    [Fact]
    public void A_folder_without_answers_is_told()
    {
        using Folder folder = new();
        folder.Write("notes.txt", "");

        Ran ran = Ran.With("", "explain", folder.Path);

        ran.Code.ShouldBe(ExitCode.BadInput);
        ran.Error.ShouldContain("there is no *.json file in it or below");
    }

    [Fact]
    public void A_provider_that_does_not_exist_is_told_with_those_that_do()
    {
        Ran ran = Ran.With(Refusal, "explain", "--provider", "gitub");

        ran.Code.ShouldBe(ExitCode.BadUsage);
        ran.Error.ShouldContain("No provider is called \"gitub\"; there are anthropic, attio,");
        ran.Output.ShouldBeEmpty();
    }

    [Fact]
    public void Reads_the_output_of_curl()
    {
        string output = "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 307 Temporary Redirect\r\nlocation: /there\r\n\r\n"
            + "HTTP/2 403 \r\ncontent-type: application/json; charset=utf-8\r\nretry-after: 7\r\nx-ratelimit-remaining: 12\r\n\r\n"
            + """{"message":"You have exceeded a secondary rate limit."}""";

        Ran ran = Ran.With(output, "explain", "--json", "--provider", "github", "--method", "POST", "--url", "https://api.github.com/repos/o/r/issues");

        ran.Output.ShouldStartWith("""{"file":"-","provider":"github","kind":"rate_limited","retry":true,"wait_seconds":7,"quota":"secondary",""");
    }

    [Theory]
    [InlineData("HTTP/2\n\n", "the first line must be a status line")]
    [InlineData("HTTP/2 200\nno colon\n\n", "header line 1 has no name and colon")]
    public void Says_what_is_wrong_with_the_output_of_curl(string output, string fault)
    {
        Ran ran = Ran.With(output, "explain");

        ran.Code.ShouldBe(ExitCode.BadInput);
        ran.Error.ShouldContain(fault);
    }

    [Fact]
    public void Explains_in_words_which_signal_was_read_which_were_not_and_what_happens_when()
    {
        const string answer = """
            {
              "now": "2026-11-21T12:00:00Z",
              "request": { "method": "POST", "url": "https://api.linear.app/graphql?key=very-secret", "body": { "query": "mutation { issueArchive(id: 1) { success } }" } },
              "status": 400,
              "headers": {
                "Content-Type": "application/json", "X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": "1795263600000",
                "X-RateLimit-Complexity-Remaining": "5", "X-RateLimit-Complexity-Reset": "1795265400000", "Retry-After": "soon", "Date": "Sat, 21 Nov 2026 12:00:00 GMT"
              },
              "body": { "errors": [ { "message": "m", "extensions": { "code": "RATELIMITED" } } ] }
            }
            """;

        Ran ran = Ran.With(answer, "explain");

        ran.Output.ShouldContain("read     body:");
        ran.Output.ShouldContain("read     X-RateLimit-Requests-Reset: 1795263600000 (it decides)");
        ran.Output.ShouldContain("ignored  Retry-After: soon (it does not parse)");
        ran.Output.ShouldContain("ignored  X-RateLimit-Complexity-Reset: 1795265400000 (X-RateLimit-Complexity-Remaining says that this limit is not used up)");
        ran.Output.ShouldContain("quota    requests");
        ran.Output.ShouldContain("until 2026-11-21T12:20:00.05Z, 1200.05 s from now");
        ran.Output.ShouldContain("sends the request again as soon as the gate opens, up to 3 times: a refused request was not executed");
        ran.Output.ShouldContain("default TotalTimeout of 100 s gets the answer back at once");
        ran.Output.ShouldNotContain("very-secret");
    }

    [Fact]
    public void What_a_server_says_does_nothing_to_a_terminal()
    {
        Ran ran = Ran.With("HTTP/1.1 429 Too Many Requests\r\nRetry-After: \u001b[2Jsoon\u0007\r\n\r\n", "explain", "--provider", "github");

        ran.Output.ShouldContain("Retry-After: \\u001b[2Jsoon\\u0007 (it does not parse)");
        ran.Output.ShouldNotContain('\u001b');
    }

    [Theory]
    [InlineData("query { viewer { id } }", true)]
    [InlineData("mutation { issueArchive(id: 1) { success } }", false)]
    [InlineData("mutation { issueUpdate(id: 1, input: {}) { success } }", true)]
    public void Whether_a_failed_GraphQL_request_is_repeated_follows_from_its_operation(string query, bool again)
    {
        string answer = $$"""
            {
              "request": { "method": "POST", "url": "https://api.linear.app/graphql", "body": { "query": "{{query}}" } },
              "status": 502, "headers": {}, "body": null
            }
            """;

        Ran.With(answer, "explain", "--json").Output.ShouldContain($"\"kind\":\"transient\",\"retry\":{(again ? "true" : "false")}");
    }

    private static string? ProviderOf(Ran ran) => JsonDocument.Parse(ran.Output).RootElement.GetProperty("provider").GetString();
}
