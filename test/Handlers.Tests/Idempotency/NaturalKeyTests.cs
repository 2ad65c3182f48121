using System.Net;
using System.Text.Json;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Idempotency;

public sealed class NaturalKeyTests
{
    private const string IssueCreate = "mutation M($input: IssueCreateInput!) { issueCreate(input: $input) { success } }";

    private static readonly ScriptedAnswer IssueCreated = ScriptedAnswer.Status(200).Json("""{"data":{"issueCreate":{"success":true}}}""");

    [Fact]
    [Trait("Requirement", "A9")]
    public async Task Instantly_takes_a_recipient_into_a_campaign_once()
    {
        using var bench = new Bench("instantly", settings: Settings.For("instantly", ("Idempotency:Keys", "Natural")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Json("""{"id":"l1"}"""));

        await bench.Run(async client =>
        {
            await client.SendForText(Lead("ada@x.example", "c1"));
            await client.SendForText(Lead("ada@x.example", "c1"));
            await client.SendForText(Lead("ada@x.example", "c2"));
            await client.SendForText(Lead("bob@x.example", "c1"));
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Log.Entries.ShouldAllBe(entry => !entry.Text.Contains("ada@"));

        static HttpRequestMessage Lead(string email, string campaign) =>
            Writes.Post(body: $$"""{"email":"{{email}}","campaign":"{{campaign}}"}""", path: "https://api.instantly.ai/api/v2/leads");
    }

    [Fact]
    [Trait("Requirement", "A9")]
    public async Task Attio_upserts_a_person_once_per_job()
    {
        using var bench = new Bench("attio");
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Json("""{"data":{}}"""));
        List<string?> keys = [];

        await bench.Run(async client =>
        {
            foreach ((string job, string email) in ((string, string)[])[("job1", "ada@x.example"), ("job1", "bob@x.example"), ("job1", "ada@x.example"), ("job2", "ada@x.example")])
            {
                using (CallOptions.BeginScope(new CallOptions { IdempotencyKey = job }, "attio"))
                {
                    using HttpResponseMessage response = await client.SendAsync(Upsert(email));
                    keys.Add(response.GetCallReport()!.IdempotencyKey);
                }
            }
        });

        keys.ShouldBe(["job1:email_addresses:ada@x.example", "job1:email_addresses:bob@x.example", "job1:email_addresses:ada@x.example", "job2:email_addresses:ada@x.example"]);
        bench.Wire.Attempts.Count.ShouldBe(3);

        static HttpRequestMessage Upsert(string email) =>
            new(HttpMethod.Put, "https://api.attio.com/v2/objects/people/records?matching_attribute=email_addresses")
            {
                Content = new StringContent($$$$"""{"data":{"values":{"email_addresses":["{{{{email}}}}"]}}}""", null, "application/json"),
            };
    }

    [Fact]
    [Trait("Requirement", "A9")]
    public async Task Linear_makes_one_parent_issue_per_job_and_one_child_per_error()
    {
        List<string> ids = [];
        for (int process = 0; process < 2; process++)
        {
            using var bench = new Bench("linear", settings: Settings.For("linear", ("Account", "acme")));
            bench.Wire.OnEach(_ => IssueCreated);
            await bench.Run(async client =>
            {
                await client.SendForText(Create("job-1", "parent"));
                await client.SendForText(Create(CallOptions.KeyOf("job-1", "error a"), "child a"));
                await client.SendForText(Create(CallOptions.KeyOf("job-1", "error b"), "child b"));
            });
            ids.AddRange(bench.Wire.Attempts.Select(IdOf));
        }

        // The same ids in another process: the API itself refuses the second one.
        ids.Take(3).ShouldBe(ids.Skip(3));
        ids.Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        ids.ShouldAllBe(id => Guid.Parse(id).Version == 4);
    }

    [Fact]
    public async Task Linear_a_creation_without_a_key_gets_an_id_and_may_be_repeated()
    {
        using var bench = new Bench("linear");
        bench.Wire.Answers(ScriptedAnswer.Status(502), IssueCreated);

        await bench.Run(client => client.SendForText(Create(null, "one")));

        bench.Wire.Attempts.Count.ShouldBe(2);
        IdOf(bench.Wire.Attempts[0]).ShouldBe(IdOf(bench.Wire.Attempts[1]));
        bench.Wire.Attempts[0].BodyText.ShouldContain("\"title\":\"one\"");
    }

    [Theory]
    [InlineData("""{"query":"mutation { issueCreate(input: { title: \"x\" }) { success } }"}""")]
    [InlineData("""{"query":"mutation M($input: X!) { webhookRotateSecret(input: $input) { success } }","variables":{"input":{}}}""")]
    [InlineData("""{"query":"mutation M($input: IssueCreateInput!) { issueCreate(input: $input) { success } }","variables":{"input":{"id":"mine"}}}""")]
    [InlineData("""{"query":"query { viewer { id } }"}""")]
    public async Task Linear_leaves_every_other_document_as_it_is(string document)
    {
        using var bench = new Bench("linear");
        bench.Wire.OnEach(_ => IssueCreated);

        await bench.Run(client => client.SendForText(Writes.Post(body: document, path: "https://api.linear.app/graphql")));

        bench.Wire.Attempts.ShouldHaveSingleItem().BodyText.ShouldBe(document);
    }

    [Fact]
    public async Task Linear_knows_that_another_process_made_it_already()
    {
        using var bench = new Bench("linear");
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(400).Json(
            $$$"""{"errors":[{"message":"conflict on insert of Issue","extensions":{"code":"INPUT_ERROR","type":"invalid input","userPresentableMessage":"Entity Issue with id {{{IdOf(attempt)}}} already exists."}}],"data":null}"""));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(Create("job-1", "parent"));
            response.GetCallReport()!.AlreadyDone.ShouldBeTrue();
            response.GetCallReport()!.MayHaveHappened.ShouldBeFalse();
        });
    }

    [Theory]
    [InlineData("""{"data":{"issue":{"id":"x"}}}""", true)]
    [InlineData("""{"errors":[{"message":"Entity not found: Issue"}],"data":null}""", false)]
    [InlineData("""{"errors":[{"message":"authentication error"}],"data":null}""", null)]
    public async Task Linear_is_asked_whether_the_issue_exists(string answer, bool? exists)
    {
        using var bench = new Bench("linear", settings: Settings.For("linear", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(ScriptedAnswer.Failure(new HttpRequestException(HttpRequestError.ResponseEnded, "cut")), ScriptedAnswer.Status(200).Json(answer));

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Create("job-1", "parent");
            request.Headers.Add("Authorization", "lin_api_key");
            await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));
            CallReport report = request.GetCallReport()!;
            (report.AlreadyDone, report.MayHaveHappened).ShouldBe((exists == true, exists is null));
        });

        ScriptedAttempt question = bench.Wire.Attempts[1];
        question.BodyText.ShouldContain("issue(id:$id){id}");
        question.BodyText.ShouldContain(IdOf(bench.Wire.Attempts[0]));
        question.Headers["Authorization"].ShouldBe("lin_api_key");
    }

    private static HttpRequestMessage Create(string? key, string title) => Writes.Post(
        key, JsonSerializer.Serialize(new { query = IssueCreate, variables = new { input = new { title } } }), "https://api.linear.app/graphql");

    private static string IdOf(ScriptedAttempt attempt) =>
        JsonDocument.Parse(attempt.Body).RootElement.GetProperty("variables").GetProperty("input").GetProperty("id").GetString()!;
}
