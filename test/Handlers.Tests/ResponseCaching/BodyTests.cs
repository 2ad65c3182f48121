using System.IO.Compression;
using System.Net;
using System.Text;
using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching;

public class BodyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Streams_to_the_caller_while_it_is_copied()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh().Body(new ScriptedBody().Text("one").Wait(Second).Text("two")));

        await bench.Time.RunAsync(async () =>
        {
            using HttpResponseMessage response = await bench.SendAsync();
            byte[] buffer = new byte[16];
            Stream body = await response.Content.ReadAsStreamAsync();

            int first = await body.ReadAsync(buffer);
            bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
            int second = await body.ReadAsync(buffer.AsMemory(first));

            Encoding.ASCII.GetString(buffer, 0, first + second).ShouldBe("onetwo");
            bench.Time.Elapsed.ShouldBe(Second);
            (await body.ReadAsync(buffer)).ShouldBe(0);
            (await bench.ReadAsync()).ShouldBe("onetwo");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Is_stored_when_all_that_was_announced_is_read_even_if_the_end_is_not()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh().Body(new ScriptedBody().Text("12345"), length: 5).Header("Content-Length", "5"));

        await bench.Time.RunAsync(async () =>
        {
            using (HttpResponseMessage response = await bench.SendAsync())
            {
                Stream body = await response.Content.ReadAsStreamAsync();
                await body.ReadExactlyAsync(new byte[5]);
            }

            (await bench.IsStoredAsync()).ShouldBeTrue();
        });
    }

    [Fact]
    public async Task Is_not_stored_when_two_read_it_at_once()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh().Body(new ScriptedBody().Text("one").Wait(Second).Text("two").Wait(Second).Text("three")));

        await bench.Time.RunAsync(async () =>
        {
            using (HttpResponseMessage response = await bench.SendAsync())
            {
                Stream body = await response.Content.ReadAsStreamAsync();
                await body.ReadExactlyAsync(new byte[3]);
                await Task.WhenAll(body.ReadAsync(new byte[3]).AsTask(), body.ReadAsync(new byte[5]).AsTask());
                await body.CopyToAsync(Stream.Null);
            }

            (await bench.IsStoredAsync()).ShouldBeFalse();
        });
    }

    public static TheoryData<string> Endings => ["disposed early", "breaks", "ends early", "cancelled", "not read at all"];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Is_not_stored_when_it_does_not_come_to_a_clean_end(string ending)
    {
        using var bench = new CacheBench();
        ScriptedBody body = new ScriptedBody().Text("12345");
        bench.Wire.Answers(CacheBench.Fresh().Body(ending switch
        {
            "breaks" => body.Break(),
            "ends early" => body.EndEarly(),
            "cancelled" => body.Stall(),
            _ => body.Text("67890"),
        }));

        await bench.Time.RunAsync(async () =>
        {
            using (HttpResponseMessage response = await bench.SendAsync())
            {
                Stream stream = await response.Content.ReadAsStreamAsync();
                if (ending != "not read at all")
                {
                    await stream.ReadExactlyAsync(new byte[5]);
                }

                using var cancelled = new CancellationTokenSource(Second, bench.Time);
                if (ending is "breaks" or "ends early" or "cancelled")
                {
                    await Should.ThrowAsync<Exception>(async () => await stream.ReadExactlyAsync(new byte[5], cancelled.Token));
                }
            }

            (await bench.IsStoredAsync()).ShouldBeFalse();
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_not_stored_when_it_is_too_large(bool announced)
    {
        using var bench = new CacheBench(new ResponseCachingOptions { MaxEntryBytes = 10 });
        bench.Wire.Answers(CacheBench.Fresh().Body(new ScriptedBody().Trickle(new byte[11], 4, TimeSpan.Zero), length: announced ? 11 : null));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).Length.ShouldBe(11);
            (await bench.IsStoredAsync()).ShouldBeFalse();
        });
    }

    [Fact]
    public async Task Is_stored_up_to_the_last_byte_allowed()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { MaxEntryBytes = 10 });
        bench.Wire.Answers(CacheBench.Fresh().Body(new ScriptedBody().Trickle(new byte[10], 4, TimeSpan.Zero)));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            (await bench.IsStoredAsync()).ShouldBeTrue();
        });
    }

    [Fact]
    public async Task Of_unknown_length_is_kept_byte_for_byte()
    {
        byte[] sent = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)(i % 251))];
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh().Body(new ScriptedBody().Trickle(sent, 777, TimeSpan.Zero)));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            using HttpResponseMessage hit = await bench.SendAsync();
            (await hit.Content.ReadAsByteArrayAsync()).ShouldBe(sent);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("text/event-stream; charset=utf-8")]
    [InlineData("application/x-ndjson")]
    [InlineData("multipart/x-mixed-replace; boundary=x")]
    public async Task Is_left_alone_when_it_is_a_stream_of_events(string mediaType)
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(ScriptedAnswer.From(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream("data: 1\n\n"u8.ToArray())) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            response.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            return response;
        }));

        await bench.Time.RunAsync(async () =>
        {
            using HttpResponseMessage response = await bench.SendAsync();
            response.GetCallReport().ShouldNotBeNull().CacheStatus.ShouldBe("Handlers;fwd=uri-miss");
            await response.Content.ReadAsStringAsync();
            (await bench.IsStoredAsync()).ShouldBeFalse();
        });
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    public async Task Needs_no_reading_when_there_is_none(int status)
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(ScriptedAnswer.Status(status).Header("Cache-Control", "max-age=60").Header("Content-Length", "0"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.SendAsync()).Dispose();
            (await bench.IsStoredAsync()).ShouldBeTrue();
        });
    }

    [Fact]
    public async Task Compressed_is_kept_as_it_came()
    {
        using var bench = new CacheBench();
        byte[] compressed = Gzip("the body");
        bench.Wire.Answers(ScriptedAnswer.From(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(compressed)) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            response.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
            return response;
        }));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            using HttpResponseMessage hit = await bench.SendAsync();

            hit.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
            (await hit.Content.ReadAsByteArrayAsync()).ShouldBe(compressed);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Keeps_its_trailers()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(ScriptedAnswer.From(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream("body"u8.ToArray())) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            response.TrailingHeaders.TryAddWithoutValidation("X-Checksum", "abc");
            return response;
        }));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            using HttpResponseMessage hit = await bench.SendAsync();

            hit.TrailingHeaders.GetValues("X-Checksum").ShouldBe(["abc"]);
        });
    }

    [Fact]
    public async Task Can_be_read_by_any_number_of_callers()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("the body"));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            for (int i = 0; i < 3; i++)
            {
                using HttpResponseMessage hit = await bench.SendAsync();
                (await hit.Content.ReadAsStringAsync()).ShouldBe("the body");
                (await hit.Content.ReadAsStringAsync()).ShouldBe("the body");
            }
        });
    }

    [Fact]
    public async Task Costs_no_memory_when_it_is_huge()
    {
        const long Length = 1L << 30;
        using var bench = new CacheBench();
        bench.Wire.Answers(ScriptedAnswer.From(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(Length)) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            return response;
        }));
        long before = GC.GetTotalAllocatedBytes(precise: true);

        await bench.Time.RunAsync(async () =>
        {
            using HttpResponseMessage response = await bench.SendAsync();
            await response.Content.CopyToAsync(Stream.Null);
        });

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(16L << 20);
    }

    [Fact]
    public async Task Is_not_taken_for_whole_when_only_the_end_of_the_connection_ends_it()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(ScriptedAnswer.From(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream("perhaps"u8.ToArray())) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            response.Headers.TryAddWithoutValidation("Connection", "close");
            return response;
        }));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            (await bench.IsStoredAsync()).ShouldBeFalse();
        });
    }

    private sealed class EndlessStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(_left, count);
            _left -= read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = (int)Math.Min(_left, buffer.Length);
            _left -= read;
            return ValueTask.FromResult(read);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private static byte[] Gzip(string text)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
