using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class TurnsTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public void No_more_work_at_a_time_than_may_and_all_get_on(int atOnce, int members)
    {
        const int Rounds = 20;
        var turns = new Turns(atOnce, TimeSpan.Zero);
        int working = 0, most = 0;
        var rounds = new int[members];
        Thread[] threads = [.. Enumerable.Range(0, members).Select(m => new Thread(() =>
        {
            using Turns.Turn turn = turns.Enter();
            for (rounds[m] = 0; rounds[m] < Rounds; rounds[m]++)
            {
                int now = Interlocked.Increment(ref working);
                for (int before = most; now > before; before = most)
                    Interlocked.CompareExchange(ref most, now, before);
                Thread.Sleep(1);
                Interlocked.Decrement(ref working);
                turn.Pass();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "A member waits for ever."));
        Assert.All(rounds, count => Assert.Equal(Rounds, count));
        Assert.InRange(most, 1, atOnce);
    }

    [Fact]
    public void Whoever_waits_goes_before_the_next_round_of_whoever_works()
    {
        var turns = new Turns(1, TimeSpan.Zero);
        var order = new List<string>();
        using Turns.Turn turn = turns.Enter();
        var other = new Thread(() =>
        {
            using Turns.Turn own = turns.Enter();
            order.Add("other");
        });
        other.Start();
        while (other.ThreadState != ThreadState.WaitSleepJoin)
            Thread.Sleep(1);
        turn.Pass();
        order.Add("own");
        Assert.True(other.Join(TimeSpan.FromMinutes(1)));
        Assert.Equal(["other", "own"], order);
    }

    [Fact]
    public void A_core_is_kept_for_its_slice_though_others_wait()
    {
        var turns = new Turns(1, TimeSpan.FromHours(1));
        var order = new List<string>();
        Thread other;
        using (Turns.Turn turn = turns.Enter())
        {
            other = new Thread(() =>
            {
                using Turns.Turn own = turns.Enter();
                order.Add("other");
            });
            other.Start();
            while (other.ThreadState != ThreadState.WaitSleepJoin)
                Thread.Sleep(1);
            turn.Pass();
            order.Add("own");
        }

        Assert.True(other.Join(TimeSpan.FromMinutes(1)));
        Assert.Equal(["own", "other"], order);
    }
}
