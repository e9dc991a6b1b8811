namespace Ledger.Engine.Runtime.Packing;

/// <summary>
/// A state type as bytes, for actors that wait: no object of theirs is left for the collector to move, and they take a fraction of the memory.
/// Names of such streams are a category and 16 bytes.
/// </summary>
internal abstract class StatePacking
{
    /// <summary>Writes all of it: what <see cref="Read"/> then gives is equal.</summary>
    public abstract void Write(ref PackWriter to, object state);

    /// <summary>What <see cref="Write"/> of this process wrote.</summary>
    public abstract object Read(ref PackReader from);
}
