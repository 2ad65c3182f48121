using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class GraphQLOperationTests
{
    [Theory]
    [InlineData("{ viewer { id } }", "Query", null, "viewer")]
    [InlineData("query { viewer { id } }", "Query", null, "viewer")]
    [InlineData("query Me { viewer { id } }", "Query", "Me", "viewer")]
    [InlineData("mutation M($input: IssueUpdateInput = {title: \"}\"}) @retry(times: {n: 1}) { issueUpdate(input: $input) { success } }", "Mutation", "M", "issueUpdate")]
    [InlineData("subscription { issueChanged }", "Subscription", null, "issueChanged")]
    [InlineData("mutation @x { a }", "Mutation", null, "a")]
    [InlineData("# mutation { no }\n\uFEFF, query # mutation\n{ yes }", "Query", null, "yes")]
    [InlineData("{ alias : real(text: \"mutation { \\\" } \") }", "Query", null, "real")]
    [InlineData("{ a(text: \"\"\"block \\\"\"\" } \"quoted\" \"\"\", n: -1.5e10) { b } }", "Query", null, "a")]
    [InlineData("fragment F on Query { mutation { x } } query Q { real ...on }", "Query", "Q", "real")]
    [InlineData("query Q { query }", "Query", "Q", "query")]
    [InlineData("query Q { mutation @include(if: true) { fragment } }", "Query", "Q", "mutation")]
    [InlineData("query query { a }", "Query", "query", "a")]
    [InlineData("\"a description\" mutation M { a }", "Mutation", "M", "a")]
    public void Tells_operation_name_and_root_field(string document, string kind, string? name, string rootField)
    {
        GraphQLOperation operation = GraphQLOperation.Parse(document, operationName: null);

        operation.Kind.ToString().ShouldBe(kind);
        operation.Name.ShouldBe(name);
        operation.RootField.ShouldBe(rootField);
    }

    [Theory]
    [InlineData("mutation { a }", true)]
    [InlineData("mutation { x: a(b: {c: 1}) @d(e: 2) { f g } }", true)]
    [InlineData("mutation { a b }", false)]
    [InlineData("mutation { x: a y: b }", false)]
    [InlineData("mutation { a { b } ...F } fragment F on Mutation { c }", false)]
    [InlineData("mutation { ... on Mutation { c } a }", false)]
    [InlineData("mutation { ... @include(if: true) { c } }", false)]
    [InlineData("mutation { ...F } fragment F on Mutation { c }", false)]
    public void Says_whether_the_root_field_is_alone(string document, bool single)
    {
        GraphQLOperation operation = GraphQLOperation.Parse(document, operationName: null);

        operation.Kind.ShouldBe(GraphQLOperationKind.Mutation);
        operation.IsSingleField.ShouldBe(single);
    }

    [Theory]
    [InlineData("mutation($i: T) { issueCreate(input: $i) { success } }", """{"i":{"id":"made","title":"t"}}""", "made")]
    [InlineData("mutation($made: String) { a: issueCreate(other: {id: 1}, input: {title: \"id: x\", id: $made}) @x(input: 1) { id } }", """{"made":"made"}""", "made")]
    [InlineData("mutation { issueCreate(input: {state: id, labels: [{id: \"no\"}], id: \"made\"}) { id } }", "{}", "made")]
    [InlineData("mutation { issueCreate(input: {id: \"a\\u0062\"}) { id } }", "{}", null)]
    [InlineData("mutation { issueCreate(input: {id: [1]}) { id } }", "{}", null)]
    [InlineData("mutation { issueCreate(input: {parent: {id: \"no\"}}) { id } }", "{}", null)]
    [InlineData("mutation { issueCreate(input: null) { id } }", "{}", null)]
    [InlineData("mutation($i: T) { issueCreate(input: $i) { id } }", """{"i":{}}""", null)]
    [InlineData("mutation { issueCreate @x(input: {id: \"no\"}) { id } }", "{}", null)]
    public void Finds_the_id_that_the_client_made(string document, string variables, string? id)
    {
        GraphQLOperation operation = GraphQLOperation.Parse(document, operationName: null);

        operation.Kind.ShouldBe(GraphQLOperationKind.Mutation);
        operation.IsSingleField.ShouldBeTrue();
        operation.Input.IdIn(JsonBody.Open(Encoding.UTF8.GetBytes($$"""{"variables":{{variables}}}"""))).ShouldBe(id);
    }

    [Fact]
    public void A_field_behind_a_fragment_is_the_first_field()
    {
        GraphQLOperation operation = GraphQLOperation.Parse("{ ...F ... on Query { inner } ... @skip(if: $x) { inner } z: last }", operationName: null);

        operation.RootField.ShouldBe("last");
    }

    [Theory]
    [InlineData("A", "Query", "a")]
    [InlineData("B", "Mutation", "b")]
    [InlineData("C", "Unknown", null)]
    [InlineData("", "Unknown", null)]
    [InlineData(null, "Unknown", null)]
    public void Among_several_the_name_decides(string? operationName, string kind, string? rootField)
    {
        GraphQLOperation operation = GraphQLOperation.Parse("query A { a } fragment F on T { f } mutation B { b }", operationName);

        operation.Kind.ToString().ShouldBe(kind);
        operation.RootField.ShouldBe(rootField);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("fragment F on T { a }")]
    [InlineData("{ a")]
    [InlineData("{ a }}")]
    [InlineData("query")]
    [InlineData("query Q")]
    [InlineData("{ a(b: \"unterminated) }")]
    [InlineData("{ a(b: \"line\nend\") }")]
    [InlineData("{ a(b: \"\"\"unterminated\") }")]
    [InlineData("{ a(b: \"\\")]
    [InlineData("{ a(b: 1 }")]
    [InlineData("{ a . b }")]
    [InlineData("{ a } ;")]
    [InlineData("{ a [ b ] }")]
    [InlineData("type Query { a: Int }")]
    [InlineData("query A { a } type T { b: Int }")]
    [InlineData("{ a } { b }")]
    [InlineData("query A { a } query A { b }")]
    public void Is_unknown_when_it_cannot_be_told(string document)
    {
        GraphQLOperation.Parse(document, operationName: null).Kind.ShouldBe(GraphQLOperationKind.Unknown);
    }

    [Fact]
    public void Reads_a_JSON_request()
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            operationName = "B",
            query = "query A { a }\nmutation B { b(text: \"ü\") }",
            variables = new { query = "{ c }" },
        });

        GraphQLOperation operation = GraphQLOperation.Parse(body);

        operation.ShouldBe(new GraphQLOperation(GraphQLOperationKind.Mutation, "B", "b", IsSingleField: true));
    }

    [Theory]
    [InlineData("mutation { a }", "Mutation")]
    [InlineData("{ a }", "Query")]
    [InlineData("""{"query":"mutation { a }","operationName":null}""", "Mutation")]
    [InlineData("""[{"query":"{ a }"},{"query":"mutation { b }"}]""", "Unknown")]
    [InlineData("""{"extensions":{"persistedQuery":{"sha256Hash":"0"}}}""", "Unknown")]
    [InlineData("""{"query":"{ a }","operationName":"B"}""", "Unknown")]
    [InlineData("{}", "Unknown")]
    [InlineData("", "Unknown")]
    public void Reads_bodies_of_both_kinds(string body, string kind)
    {
        GraphQLOperation.Parse(Encoding.UTF8.GetBytes(body)).Kind.ToString().ShouldBe(kind);
    }

    [Fact]
    public void A_body_beyond_the_bound_is_unknown()
    {
        byte[] body = Encoding.UTF8.GetBytes("{ a }" + new string(' ', JsonBody.MaxBytes));

        GraphQLOperation.Parse(body).Kind.ShouldBe(GraphQLOperationKind.Unknown);
    }

    [Fact]
    public void Never_throws()
    {
        string[] pieces = ["{", "}", "(", ")", "\"", "\"\"\"", "\\", "...", "on", "query", "mutation", "fragment", " ", "#", "\n", ":", "@", "a", "1", "-"];
        Arbitrary<string> documents = Gen.Elements(pieces).ListOf().Select(list => string.Concat(list)).ToArbitrary();

        Prop.ForAll(documents, document => GraphQLOperation.Parse(document, operationName: null).Kind <= GraphQLOperationKind.Subscription)
            .QuickCheckThrowOnFailure();
        Prop.ForAll<byte[]>(body => GraphQLOperation.Parse(body).Kind <= GraphQLOperationKind.Subscription).QuickCheckThrowOnFailure();
    }
}
