using System.IO.Pipelines;
using System.Net;
using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching;

/// <summary>Bodies in the runtime's own kinds of content, which copy themselves whole: the cache sees them go by all the same.</summary>
public class WholeBodyTests
{
    private readonly Pipe _body = new();

    [Fact]
    public async Task One_that_comes_to_its_end_is_kept_byte_for_byte()
    {
        byte[] sent = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)(i % 251))];
        using CacheBench bench = Answering();

        await bench.Time.RunAsync(async () =>
        {
            _ = SendAsync(sent);
            byte[] first = await ReadAsync(bench);
            byte[] second = await ReadAsync(bench);

            first.ShouldBe(sent);
            second.ShouldBe(sent);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_that_breaks_is_not_kept()
    {
        using CacheBench bench = Answering();

        await bench.Time.RunAsync(async () =>
        {
            _ = SendAsync(new byte[5], new IOException("The connection was reset."));
            await Should.ThrowAsync<HttpRequestException>(() => ReadAsync(bench));

            (await bench.IsStoredAsync()).ShouldBeFalse();
        });
    }

    [Fact]
    public async Task One_that_the_caller_gives_up_is_not_kept()
    {
        using CacheBench bench = Answering();

        await bench.Time.RunAsync(async () =>
        {
            using (HttpResponseMessage response = await bench.SendAsync())
            {
                await _body.Writer.WriteAsync(new byte[5]);
                using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1), bench.Time);
                await Should.ThrowAsync<OperationCanceledException>(() => response.Content.CopyToAsync(Stream.Null, impatient.Token));
            }

            (await bench.IsStoredAsync()).ShouldBeFalse();
        });
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public async Task One_that_is_too_large_is_not_kept(int bytes, bool kept)
    {
        using CacheBench bench = Answering(maxBytes: 10);

        await bench.Time.RunAsync(async () =>
        {
            _ = SendAsync(new byte[bytes]);
            byte[] body = await ReadAsync(bench);

            body.Length.ShouldBe(bytes);
            (await bench.IsStoredAsync()).ShouldBe(kept);
        });
    }

    private static async Task<byte[]> ReadAsync(CacheBench bench)
    {
        using HttpResponseMessage response = await bench.SendAsync();
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task SendAsync(byte[] body, Exception? failure = null)
    {
        await _body.Writer.WriteAsync(body);
        await _body.Writer.CompleteAsync(failure);
    }

    private CacheBench Answering(long maxBytes = 1_000_000)
    {
        var bench = new CacheBench(new ResponseCachingOptions { MaxEntryBytes = maxBytes });
        bench.Wire.Answers(ScriptedAnswer.From(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(_body.Reader.AsStream()) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
            response.Version = HttpVersion.Version20;
            return response;
        }));
        return bench;
    }
}
