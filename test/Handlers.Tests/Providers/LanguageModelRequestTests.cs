using System.Net.Http.Headers;
using System.Text;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

[Trait("Requirement", "D5")]
public sealed class LanguageModelRequestTests
{
    [Theory]
    [InlineData("""{"model":"gpt-5","input":"12345678"}""", "gpt-5", 2, 0)]
    [InlineData("""{"model":"gpt-5","input":"123456789","max_output_tokens":100}""", "gpt-5", 3, 100)]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":"1234"},{"role":"user","content":[{"type":"text","text":"5678"}]}],"max_tokens":7}""", "gpt-4o", 2, 7)]
    [InlineData("""{"model":"gpt-4o","messages":[],"max_tokens":7,"max_completion_tokens":9,"n":3}""", "gpt-4o", 0, 27)]
    [InlineData("""{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAAAAAA"}}]}]}""", null, 0, 0)]
    [InlineData("""{"model":7,"max_tokens":-5,"n":-3,"input":"1234"}""", null, 1, 0)]
    [InlineData("""{"model":"m","max_tokens":1e300,"input":"1234"}""", "m", 1, 0)]
    [InlineData("""{"model":"m","max_tokens":999999999999,"n":9999}""", "m", 0, LanguageModelRequest.MostTokens)]
    [InlineData("""{"model":"m","input":""", null, 0, 0)]
    [InlineData("[[[", null, 0, 0)]
    [InlineData("not json", null, 0, 0)]
    public void Reads_model_and_cost(string body, string? model, long input, long output)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");

        LanguageModelRequest request = LanguageModelRequest.Read(content);

        request.Model.ShouldBe(model);
        request.InputTokens.ShouldBe(input);
        request.MaxOutputTokens.ShouldBe(output);
    }

    [Theory]
    [InlineData("application/json", 1000)]
    [InlineData("audio/mpeg", 0)]
    public void A_body_that_cannot_be_seen_is_estimated_by_its_length_if_it_is_JSON(string mediaType, long expected)
    {
        using MemoryStream stream = new(new byte[4000]);
        using StreamContent content = new(stream);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);

        LanguageModelRequest request = LanguageModelRequest.Read(content);

        request.Model.ShouldBeNull();
        request.InputTokens.ShouldBe(expected);
        stream.Position.ShouldBe(0);
    }

    [Fact]
    public void No_content_costs_nothing() => LanguageModelRequest.Read(null).ShouldBe(default);
}
