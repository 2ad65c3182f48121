using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class JsonBodyTests
{
    [Theory]
    [InlineData("""{"error":{"message":"x","code":"rate_limit_exceeded"}}""")]
    [InlineData("""[{"error":{"code":"rate_limit_exceeded"}}]""")]
    [InlineData("""{"other":{"code":1},"skip":[1,{"error":2}],"error":[{"code":"rate_limit_exceeded"},{"code":"second"}]}""")]
    [InlineData("""{"error":{"code":"rate_limit_exceeded","code":"second"},"error":{"code":"third"}}""")]
    [InlineData("""{"error":{"code":"rate_limit_exceeded"}}""")]
    [InlineData("\uFEFF \r\n{\"error\":{\"code\":\"rate_limit_exceeded\"}}\n")]
    public void Finds_a_string_by_its_path(string json)
    {
        JsonBody body = Open(json);

        body.TryGetString(out string? code, "error", "code").ShouldBeTrue();
        code.ShouldBe("rate_limit_exceeded");
        body.Has("rate_limit_exceeded", "error", "code").ShouldBeTrue();
        body.Has("rate_limit", "error", "code").ShouldBeFalse();
    }

    [Fact]
    public void A_name_asked_of_an_array_is_asked_of_its_first_element()
    {
        JsonBody body = Open("""{"errors":[{"extensions":{"code":"RATELIMITED","statusCode":429}},{"extensions":{"code":"OTHER"}}]}""");

        body.TryGetString(out string? code, "errors", "extensions", "code").ShouldBeTrue();
        body.TryGetInt64(out long status, "errors", "extensions", "statusCode").ShouldBeTrue();

        code.ShouldBe("RATELIMITED");
        status.ShouldBe(429);
    }

    [Theory]
    [InlineData("""{"v":7}""", "7", 7L)]
    [InlineData("""{"v":"7"}""", "7", 7L)]
    [InlineData("""{"v":1.5}""", "1.5", null)]
    [InlineData("""{"v":true}""", "true", null)]
    [InlineData("""{"v":"7 "}""", "7 ", null)]
    [InlineData("""{"v":null}""", null, null)]
    [InlineData("""{"v":{}}""", null, null)]
    [InlineData("""{"v":["7"]}""", null, null)]
    [InlineData("""{"v":99999999999999999999}""", "99999999999999999999", null)]
    public void Scalars_read_as_text_and_whole_numbers(string json, string? text, long? number)
    {
        JsonBody body = Open(json);

        (body.TryGetString(out string? value, "v") ? value : null).ShouldBe(text);
        (body.TryGetInt64(out long count, "v") ? count : (long?)null).ShouldBe(number);
    }

    [Fact]
    public void Arrays_are_walked_element_by_element()
    {
        JsonBody body = Open("""
            [{"error":{"details":[
              {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"PerMinute"},{"quotaId":"PerDay"}]},
              "text", 5, [],
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12s"}]}}]
            """);

        List<string> found = [];
        foreach (JsonBody detail in body.EnumerateArray("error", "details"))
        {
            foreach (JsonBody violation in detail.EnumerateArray("violations"))
            {
                found.Add(violation.TryGetString(out string? id, "quotaId") ? id : "?");
            }

            found.Add(detail.TryGetString(out string? delay, "retryDelay") ? delay : "-");
        }

        found.ShouldBe(["PerMinute", "PerDay", "-", "-", "-", "-", "12s"]);
    }

    [Fact]
    public void Enumerating_what_is_no_array_gives_nothing()
    {
        JsonBody body = Open("""{"details":{"a":1},"empty":[]}""");

        int count = 0;
        foreach (string name in new[] { "details", "empty", "missing" })
        {
            foreach (JsonBody element in body.EnumerateArray(name))
            {
                count++;
            }
        }

        count.ShouldBe(0);
    }

    [Fact]
    public void A_part_is_a_body_of_its_own()
    {
        JsonBody error = Open("""{"error":{"code":"x"}}""").At("error");

        error.Has("x", "code").ShouldBeTrue();
        error.At("missing").IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("\"error\"")]
    [InlineData("<!DOCTYPE html><html><title>Rate limited</title></html>")]
    [InlineData("""{"error":{"code":"x"}""")]
    [InlineData("""{"error":{"code":"x"}} trailing""")]
    [InlineData("""{"error":{"code":"x"},}""")]
    [InlineData("""{"error":{"code":"x"}/**/}""")]
    [InlineData("""{'error':{'code':'x'}}""")]
    [InlineData("""{"error":{"code":"x"},"bad":"\ud800"}""")]
    [InlineData("""{"error":{"code":"x"},"\ud800":1}""")]
    public void Nothing_is_found_in_what_is_no_JSON(string text)
    {
        JsonBody body = Open(text);

        body.IsEmpty.ShouldBeTrue();
        body.TryGetString(out _, "error", "code").ShouldBeFalse();
        body.TryGetInt64(out _, "error", "code").ShouldBeFalse();
        body.Has("x", "error", "code").ShouldBeFalse();
    }

    [Fact]
    public void Invalid_UTF8_is_no_JSON()
    {
        byte[] body = [.. "{\"error\":\""u8, 0xFF, .. "\"}"u8];

        JsonBody.Open(body).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        Open(new string('[', 64) + new string(']', 64)).IsEmpty.ShouldBeFalse();
        Open(new string('[', 65) + new string(']', 65)).IsEmpty.ShouldBeTrue();
        Open("{\"a\":\"" + new string('x', JsonBody.MaxBytes) + "\"}").IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Never_throws()
    {
        Prop.ForAll<string, byte[]>((text, bytes) =>
        {
            foreach (byte[] json in new[] { bytes, Encoding.UTF8.GetBytes(text ?? ""), [.. "{\"a\":\""u8, .. bytes, .. "\"}"u8] })
            {
                JsonBody body = JsonBody.Open(json);
                _ = body.TryGetString(out _, "a");
                _ = body.TryGetInt64(out _, "a", "b");
                foreach (JsonBody element in body.EnumerateArray())
                {
                    _ = element.TryGetString(out _);
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static JsonBody Open(string json) => JsonBody.Open(Encoding.UTF8.GetBytes(json));
}
