using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class CacheControlTests
{
    [Theory]
    [InlineData("max-age=3600", 3600)]
    [InlineData("MaX-aGe=3600", 3600)]
    [InlineData("max-age=\"3600\"", 3600)] // both forms are to be taken, RFC 9111 §5.2
    [InlineData("max-age=003600", 3600)]
    [InlineData("foobar, max-age=3600", 3600)]
    [InlineData(" , ,max-age=3600 ,", 3600)]
    [InlineData("max-age=0", 0)]
    [InlineData("max-age=2147483647", 2147483647)]
    [InlineData("max-age=2147483648", 2147483648)]
    [InlineData("max-age=99999999999", 2147483648)] // RFC 9111 §1.2.2
    [InlineData("max-age=99999999999999999999999999", 2147483648)]
    [InlineData("max-age=1800, max-age=1", 1)]
    [InlineData("max-age=1, max-age=1800", 1)]
    [InlineData("extension=\"max-age=3600\", max-age=1", 1)]
    [InlineData("max-age=1, extension=\"max-age=3600\"", 1)]
    [InlineData("extension=\"a\\\"b, max-age=3600\", max-age=1", 1)]
    [InlineData("s-maxage=3600, max-age=1", 1)]
    [InlineData("s-maxage=3600", -1)]
    [InlineData("extension=\"max-age=3600\"", -1)]
    [InlineData("xmax-age=10", -1)]
    public void Reads_the_lifetime(string line, long expected) => Response(line).MaxAge.ShouldBe(expected);

    [Theory]
    [InlineData("max-age")]
    [InlineData("max-age=")]
    [InlineData("max-age=\"\"")]
    [InlineData("max-age=-3600")]
    [InlineData("max-age='3600'")]
    [InlineData("max-age=a3600")]
    [InlineData("max-age=3600a")]
    [InlineData("max-age=3600.0")]
    [InlineData("max-age=3600.5")]
    [InlineData("max-age =3600")]
    [InlineData("max-age= 3600")]
    [InlineData("max-age=3600 1")]
    [InlineData("max-age=1800, max-age=x")]
    public void Takes_a_lifetime_that_does_not_parse_for_none(string line) => Response(line).MaxAge.ShouldBe(0);

    [Theory]
    [InlineData("no-store")]
    [InlineData("No-StOrE")]
    [InlineData("max-age=10000, no-store")]
    [InlineData("no-store=foo")]
    [InlineData("no-store=\"a, b\", max-age=1")]
    [InlineData("no-store ; x")]
    [InlineData("ext=\"never closed, no-store")]
    [InlineData("max-age=1,no-store,")]
    public void Sees_no_store_whatever_stands_around_it(string line) => Response(line).NoStore.ShouldBeTrue();

    [Theory]
    [InlineData("ext=\"no-store\"")]
    [InlineData("no-store-x")]
    [InlineData("xno-store")]
    [InlineData("")]
    public void Does_not_see_no_store_where_it_is_not_said(string line) => Response(line).NoStore.ShouldBeFalse();

    [Fact]
    public void Tells_the_general_no_cache_from_the_one_with_fields()
    {
        Response("no-cache").NoCache.ShouldBeTrue();
        Response("no-cache=\"\"").NoCache.ShouldBeTrue();
        Response("no-cache=\"a, b\"").NoCache.ShouldBeFalse();
        Response("no-cache=\"a, b\", no-cache=c").NoCacheFields.ShouldBe("a, b,c");
    }

    [Fact]
    public void Adds_up_the_lines()
    {
        ResponseDirectives said = ResponseDirectives.Parse(new FieldLines(["max-age=10, must-revalidate", "immutable", "stale-if-error=5"]));

        said.MaxAge.ShouldBe(10);
        said.MustRevalidate.ShouldBeTrue();
        said.Immutable.ShouldBeTrue();
        said.StaleIfError.ShouldBe(5);
        said.StaleWhileRevalidate.ShouldBe(DeltaSeconds.None);
    }

    [Fact]
    public void Reads_what_the_caller_asks()
    {
        RequestDirectives asked = Request("no-cache, no-store, only-if-cached, max-age=5, min-fresh=6, max-stale=7, stale-if-error=8");

        asked.ShouldBe(new RequestDirectives
        {
            NoCache = true,
            NoStore = true,
            OnlyIfCached = true,
            MaxAge = 5,
            MinFresh = 6,
            MaxStale = 7,
            StaleIfError = 8,
        });
    }

    [Theory]
    [InlineData("max-stale", RequestDirectives.AnyAge)]
    [InlineData("max-stale=10", 10)]
    [InlineData("max-stale=x", DeltaSeconds.None)]
    [InlineData("max-stale=20, max-stale", 20)]
    public void Reads_how_stale_the_caller_takes_an_answer(string line, long expected) => Request(line).MaxStale.ShouldBe(expected);

    [Fact]
    public void Takes_a_wish_that_does_not_parse_for_the_stricter_one()
    {
        Request("max-age=soon").MaxAge.ShouldBe(0);
        Request("min-fresh=soon").MinFresh.ShouldBe(DeltaSeconds.None);
        Request("nothing-to-see-here").ShouldBe(RequestDirectives.None);
    }

    [Fact]
    public void Lets_the_options_of_a_call_say_the_same()
    {
        RequestDirectives none = RequestDirectives.None;

        none.With(CacheMode.NoStore).NoStore.ShouldBeTrue();
        none.With(CacheMode.Revalidate).NoCache.ShouldBeTrue();
        none.With(CacheMode.PreferCached).MaxStale.ShouldBe(RequestDirectives.AnyAge);
        none.With(CacheMode.OnlyIfCached).OnlyIfCached.ShouldBeTrue();
        none.With(CacheMode.Default).ShouldBe(none);
    }

    private static ResponseDirectives Response(string line) => ResponseDirectives.Parse(new FieldLines(line));

    private static RequestDirectives Request(string line) => RequestDirectives.Parse(new FieldLines(line));
}
