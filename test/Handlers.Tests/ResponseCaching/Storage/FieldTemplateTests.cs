using System.Net.Http.Headers;
using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class FieldTemplateTests
{
    private static readonly StoredField[] Fields =
    [
        new("Date", new FieldLines("Sat, 21 Nov 2026 12:00:00 GMT")),
        new("Cache-Control", new FieldLines("max-age=10000, no-cache,No-StOrE")),
        new("Vary", new FieldLines(["accept", "Accept-Encoding"])),
        new("X-Odd", new FieldLines("  spaces, \"and, quotes\" ")),
        new("X-Empty", new FieldLines("")),
    ];

    private static readonly StoredField[] ContentFields =
        [new("Content-Type", new FieldLines("text/plain;charset=utf-8")), new("Content-Length", new FieldLines("007")), new("Expires", new FieldLines("0"))];

    private readonly FieldTemplate _template = new(Fields, ContentFields);

    [Fact]
    public void Gives_every_message_the_fields_as_they_came()
    {
        using HttpResponseMessage first = Copy();
        using HttpResponseMessage second = Copy();

        Raw(first.Headers).ShouldBe(Fields.Select(field => $"{field.Name}: {Lines(field)}"));
        Raw(first.Content.Headers).ShouldBe(ContentFields.Select(field => $"{field.Name}: {Lines(field)}"));
        Raw(second.Headers).ShouldBe(Raw(first.Headers));
    }

    [Fact]
    public void What_one_caller_does_with_his_fields_no_other_sees()
    {
        using HttpResponseMessage first = Copy();
        first.Headers.CacheControl.ShouldNotBeNull().MaxAge = TimeSpan.FromSeconds(1);
        first.Headers.Vary.Add("Cookie");
        first.Headers.Remove("X-Odd");
        first.Headers.Add("X-Mine", "1");
        first.Content.Headers.ContentType.ShouldNotBeNull().CharSet = "ascii";

        using HttpResponseMessage second = Copy();

        Raw(second.Headers).ShouldBe(Fields.Select(field => $"{field.Name}: {Lines(field)}"));
        Raw(second.Content.Headers).ShouldBe(ContentFields.Select(field => $"{field.Name}: {Lines(field)}"));
    }

    [Fact]
    public void Whole_or_one_by_one_comes_to_the_same()
    {
        using HttpResponseMessage whole = Copy();
        using var oneByOne = new HttpResponseMessage();

        FieldTemplate.CopyOneByOne(whole.Headers, oneByOne.Headers);

        Raw(oneByOne.Headers).ShouldBe(Raw(whole.Headers));
    }

    [Fact]
    public void Many_callers_at_once_are_served_from_one_template()
    {
        string[] expected = [.. Fields.Select(field => $"{field.Name}: {Lines(field)}")];

        Parallel.For(0, 1000, _ =>
        {
            using HttpResponseMessage answer = Copy();
            Raw(answer.Headers).ShouldBe(expected);
            answer.Headers.CacheControl.ShouldNotBeNull().NoCache.ShouldBeTrue();
            answer.Headers.Vary.Count.ShouldBe(2);
        });
    }

    private static string Lines(StoredField field) => string.Join(" / ", Enumerable.Range(0, field.Lines.Count).Select(i => field.Lines[i]));

    private static string[] Raw(HttpHeaders headers) => [.. headers.NonValidated.Select(field => $"{field.Key}: {string.Join(" / ", field.Value)}")];

    private HttpResponseMessage Copy()
    {
        var message = new HttpResponseMessage();
        _template.CopyTo(message.Headers);
        _template.CopyTo(message.Content.Headers);
        return message;
    }
}
