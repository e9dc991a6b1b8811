using Ledger.Engine;

namespace Ledger.LoadTests.Traffic;

/// <summary>Gives out commands in order, made when they are asked for or before. Of one worker.</summary>
internal sealed class CommandSource
{
    private readonly Func<long, EngineCommand> _make;
    private readonly long _count;
    private EngineCommand?[] _made = [];
    private long _next;

    /// <param name="make">From a number, from 0, to its command.</param>
    /// <param name="count">How many there are.</param>
    public CommandSource(long count, Func<long, EngineCommand> make) => (_count, _make) = (count, make);

    /// <summary>Makes the first ones now, so that making them is outside what is measured: about half a kilobyte each.</summary>
    /// <param name="countMax">How many at most; all when left out.</param>
    public CommandSource Prepare(long countMax = long.MaxValue)
    {
        var made = new EngineCommand?[Math.Min(_count, countMax)];
        for (var index = 0; index < made.Length; index++) made[index] = _make(index);
        _made = made;
        return this;
    }

    /// <returns>Null when there are no more.</returns>
    public EngineCommand? Next()
    {
        if (_next == _count) return null;

        var number = _next++;
        if (number >= _made.Length) return _make(number);

        // Let go of, so that what was sent can be collected.
        var command = _made[number];
        _made[number] = null;
        return command;
    }

    /// <summary>Shares <paramref name="count"/> numbers out to sources in turn: source w of n gets w, w + n, …</summary>
    public static CommandSource[] Share(long count, int sources, Func<long, EngineCommand> make) =>
        [.. Enumerable.Range(0, sources).Select(source => new CommandSource((count - source + sources - 1) / sources, number => make(source + (number * sources))))];
}
