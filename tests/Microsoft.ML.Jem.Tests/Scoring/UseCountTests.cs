using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.Tests.Scoring;

public class UseCountTests
{
    [Fact]
    public void The_resource_is_released_once_after_the_last_use()
    {
        int released = 0;
        var uses = new UseCount(() => released++);
        Assert.True(uses.TryEnter());
        Assert.True(uses.TryEnter());
        uses.Close();
        Assert.False(uses.TryEnter());
        uses.Exit();
        Assert.Equal(0, released);
        uses.Exit();
        Assert.Equal(1, released);
        Assert.False(uses.TryEnter());
        uses.Close();
        Assert.Equal(1, released);
    }

    [Fact]
    public void An_unused_resource_is_released_at_once()
    {
        int released = 0;
        new UseCount(() => released++).Close();
        Assert.Equal(1, released);
    }
}
