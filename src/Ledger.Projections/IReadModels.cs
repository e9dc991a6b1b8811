using System.Collections.Immutable;
using Ledger.Projections.History;
using Ledger.Projections.Journal;
using Ledger.Projections.Remittances;
using Ledger.Projections.Revenue;
using Ledger.Projections.Terminals;

namespace Ledger.Projections;

/// <summary>
/// All that can be asked of the read models. Any thread may ask; each answer is one consistent picture at one position.
/// Any question may throw a <see cref="Storage.ViewStoreException"/> when the store cannot be read.
/// </summary>
public interface IReadModels
{
    IMerchantHistory History { get; }

    IRevenue Revenue { get; }

    IRemittances Remittances { get; }

    IJournal Journal { get; }

    ITerminals Terminals { get; }

    /// <summary>How each projection stands, in order of name.</summary>
    IReadOnlyList<ProjectionStatus> Statuses { get; }

    /// <summary>
    /// Builds a projection anew beside the one that serves, while writes go on, compares the two, and switches over. Waits for a first build to end.
    /// </summary>
    /// <param name="name">A <see cref="ProjectionStatus.Name"/>.</param>
    /// <param name="progress">Told after every batch; null for none.</param>
    /// <exception cref="ArgumentException">There is no projection of that name; the message lists them.</exception>
    /// <exception cref="ProjectionFailedException">
    /// The log cannot be taken in, or the store not written, or another rebuild of it is under way; what serves is left alone.
    /// </exception>
    Task<RebuildReport> RebuildAsync(string name, RebuildOptions options, IProgress<RebuildProgress>? progress, CancellationToken cancellation);

    /// <summary>
    /// The same for several at once: the log is read and decoded once for all. One that fails does not hold up the others; the failure is thrown when
    /// all have ended.
    /// </summary>
    /// <param name="names">Each once.</param>
    /// <param name="progressOf">Asked for each name at the start; told from that rebuild's own thread.</param>
    /// <returns>In the order of <paramref name="names"/>.</returns>
    /// <exception cref="ArgumentException">A name is there twice, or there is no projection of that name; the message says which there are.</exception>
    /// <exception cref="ProjectionFailedException">As for one.</exception>
    Task<ImmutableArray<RebuildReport>> RebuildTogetherAsync(
        ImmutableArray<string> names, RebuildOptions options, Func<string, IProgress<RebuildProgress>?> progressOf, CancellationToken cancellation);

    /// <summary>Lets a stopped projection try again from where it stopped; nothing when it runs.</summary>
    /// <exception cref="ArgumentException">There is no projection of that name; the message lists them.</exception>
    void Resume(string name);
}

/// <summary>A build or a rebuild of a read model could not go on. The message says where and what to do; what served before still does.</summary>
public sealed class ProjectionFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Where and why it stopped; null when no event or store is to blame.</summary>
    public ProjectionStop? Stop { get; init; }
}
