namespace NeuroChip.HwModels.Tests;

/// <summary>Which chips there are and how they are linked.</summary>
public sealed class MachineTests
{
    [Theory]
    [InlineData("spinnaker1-board", 1, 48)]
    [InlineData("spinnaker1-chip", 1, 1)]
    [InlineData("spinnaker1-spin3", 1, 4)]
    [InlineData("spinnaker1", 24, 1152)]
    [InlineData("spinnaker1-120boards", 120, 5760)]
    public void EveryBoardHasItsChips(string name, int boards, int chips)
    {
        var machine = ChipModelReader.Load<ManyCoreChip>(name).Machine;
        Assert.Equal(boards, machine.BoardCount);
        Assert.Equal(chips, machine.ChipCount);
        Assert.Equal(chips, machine.Chips.Length);
        Assert.All(machine.Chips.CountBy(c => machine.BoardOf(c.X, c.Y)), b => Assert.Equal(chips / boards, b.Value));
    }

    [Theory]
    [InlineData("spinnaker1-board")]
    [InlineData("spinnaker1-spin3")]
    [InlineData("spinnaker1")]
    [InlineData("spinnaker1-120boards")]
    public void ALinkLeadsBackThroughTheOppositeOne(string name)
    {
        var machine = ChipModelReader.Load<ManyCoreChip>(name).Machine;
        foreach (var chip in machine.Chips)
            for (var link = 0; link < 6; link++)
                if (machine.Neighbour(chip.X, chip.Y, link) is { } other)
                    Assert.Equal(chip, machine.Neighbour(other.X, other.Y, (link + 3) % 6));
    }

    [Fact]
    public void TheEdgesOfOneBoardAreOpenAndThoseOfATorusAreNot()
    {
        var board = ChipModelReader.Load<ManyCoreChip>("spinnaker1-board").Machine;
        Assert.False(board.IsPresent(7, 0));
        Assert.True(board.IsPresent(7, 7));
        Assert.Null(board.Neighbour(0, 0, 3));
        Assert.Equal(new ChipPosition(1, 1), board.Neighbour(0, 0, 1));
        var torus = ChipModelReader.Load<ManyCoreChip>("spinnaker1").Machine;
        Assert.All(torus.Chips, c => Assert.All(Enumerable.Range(0, 6), link => Assert.NotNull(torus.Neighbour(c.X, c.Y, link))));
        Assert.Equal(new ChipPosition(47, 23), torus.Neighbour(0, 0, 4));
    }

    [Fact]
    public void AMeshHasNoDiagonals()
    {
        var machine = ChipModelReader.Load<ManyCoreChip>("spinnaker1-board").Machine with { Topology = Topology.Mesh };
        Assert.Null(machine.Neighbour(1, 1, 1));
        Assert.Null(machine.Neighbour(1, 1, 4));
        Assert.Equal(new ChipPosition(2, 1), machine.Neighbour(1, 1, 0));
    }

    [Fact]
    public void ACopyWithOtherBoardsHasOtherChips()
    {
        var machine = ChipModelReader.Load<ManyCoreChip>("spinnaker1-board").Machine;
        Assert.Equal(48, machine.ChipCount);
        Assert.Equal(5, (machine with { BoardRows = ["0-4"] }).ChipCount);
    }
}
