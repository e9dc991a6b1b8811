using System.Buffers.Binary;
using System.Numerics;
using NodaTime;

namespace Ledger.Simulation.Scheduling;

/// <summary>
/// The one source of chance of a run: the same seed gives the same draws on every machine and version (xoshiro256**, seeded by SplitMix64;
/// Blackman and Vigna 2018). Not for secrets. One thread.
/// </summary>
internal sealed class Chance
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public Chance(long seed)
    {
        var state = unchecked((ulong)seed);
        (_a, _b, _c, _d) = (Mix(ref state), Mix(ref state), Mix(ref state), Mix(ref state));
    }

    public ulong Next()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
            var shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = BitOperations.RotateLeft(_d, 45);
            return result;
        }
    }

    /// <returns>0 to <paramref name="count"/> - 1.</returns>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <returns>Both ends included.</returns>
    public int Between(int min, int max) => min + Below(max - min + 1);

    public bool OneIn(int count) => Below(count) == 0;

    public bool PerThousand(int share) => Below(1000) < share;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>In whole ticks.</summary>
    public Duration Between(Duration min, Duration max)
    {
        var (from, to) = (min.BclCompatibleTicks, max.BclCompatibleTicks);
        return Duration.FromTicks(from + (long)(Next() % (ulong)(to - from + 1)));
    }

    public Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Next());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Next());
        return new Guid(bytes, bigEndian: true);
    }

    private static ulong Mix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
