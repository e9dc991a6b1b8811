namespace Ledger.Engine.Tests;

public class DerivedIdTests
{
    private static readonly Guid Neighbour = new("0192a7b4-c5d6-7e8f-a8b9-cadbecfdae01");

    [Fact]
    public void The_same_purpose_and_parts_give_the_same_id_and_others_another()
    {
        var id = DerivedId.Of("test", "a", "b");

        Assert.Equal(id, DerivedId.Of("test", "a", "b"));
        Assert.Equal(6, new[] { id, DerivedId.Of("test", "a", "c"), DerivedId.Of("other", "a", "b"), DerivedId.Of("test", "ab"), DerivedId.Beside(Neighbour, "test", "a", "b"), DerivedId.Beside(Neighbour, "test", "a", "c") }.Distinct().Count());
    }

    [Fact]
    public void An_id_beside_another_begins_with_its_time_and_differs_in_the_rest()
    {
        var beside = DerivedId.Beside(Neighbour, "test", "a");

        Assert.Equal(Neighbour.ToString("N")[..12], beside.ToString("N")[..12]);
        Assert.NotEqual(Neighbour.ToString("N")[12..], beside.ToString("N")[12..]);
        Assert.Equal((8, beside), (beside.Version, DerivedId.Beside(Neighbour, "test", "a")));
        Assert.Equal(DerivedId.Of("test", "a").ToString("N")[12..], beside.ToString("N")[12..]);
    }
}
