using Handlers.Tests.Support;

namespace Handlers.Tests.Time;

public class RollingCountTests
{
    [Fact]
    public void Adds_up_the_latest_buckets_and_no_more()
    {
        var count = new RollingCount(4);
        for (uint bucket = 0; bucket < 10; bucket++)
        {
            for (uint i = 0; i <= bucket; i++)
            {
                count.Add(bucket);
            }
        }

        count.Sum(last: 9, buckets: 4).ShouldBe(7 + 8 + 9 + 10);
        count.Sum(last: 9, buckets: 1).ShouldBe(10);
        count.Sum(last: 11, buckets: 4).ShouldBe(9 + 10);
    }

    [Fact]
    public void An_event_older_than_the_ring_is_dropped()
    {
        var count = new RollingCount(4);
        count.Add(9);

        count.Add(5);

        count.Sum(last: 9, buckets: 4).ShouldBe(1);
    }

    [Fact]
    public void An_idle_gap_leaves_nothing_behind()
    {
        var count = new RollingCount(4);
        count.Add(1);

        count.Sum(last: 1 + (1u << 20), buckets: 4).ShouldBe(0);
    }

    [Fact]
    public void Threads_that_enter_a_new_bucket_together_lose_nothing()
    {
        const int threads = 4;
        const uint buckets = 2_000;
        var count = new RollingCount((int)buckets);

        Crowd.Run(threads, () =>
        {
            for (uint bucket = 0; bucket < buckets; bucket++)
            {
                count.Add(bucket);
            }
        });

        count.Sum(last: buckets - 1, (int)buckets).ShouldBe(threads * buckets);
    }
}
