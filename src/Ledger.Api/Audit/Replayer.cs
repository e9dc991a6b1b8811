using System.Globalization;
using Ledger.Api.Reading;
using Ledger.Contracts.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Api.Audit;

/// <summary>How far to replay: the version, and if given the last event recorded at or before the instant.</summary>
internal sealed record ReplayBound(long Version, Instant? At);

/// <summary>Replays one stream for an auditor, from the log and not from memory.</summary>
internal sealed class Replayer(StreamEvents events, ILedgerEngine engine)
{
    /// <summary>Whether the stream's category is one of ours.</summary>
    public static bool Knows(StreamName stream) =>
        stream.Category is "transaction" or "terminal" or "merchant" or "remittance" or "card" or "complaint";

    /// <param name="after">Show the events after this version.</param>
    /// <returns>Null when the stream had no event by then.</returns>
    public async ValueTask<AuditStream?> ReplayAsync(StreamName stream, ReplayBound until, long after, CancellationToken cancellation)
    {
        try
        {
            var replayed = await events.ReadAsync(stream, until.Version, until.At, cancellation);
            if (replayed.IsEmpty) return null;

            var last = replayed[^1];
            var shown = replayed.Where(e => e.Version > after).Take(ApiLimits.EventsPageMax).Select(StreamEvents.Of).ToArray();
            var cursor = shown.Length > 0 && shown[^1].Version < last.Version ? shown[^1].Version.ToString(CultureInfo.InvariantCulture) : null;
            var state = await StateNameAsync(stream, last.Version, cancellation);
            return new AuditStream(stream.ToString(), last.Version, Convert.ToHexStringLower(last.Hash.Span), state, true, null, shown, cursor);
        }
        catch (EventLogCorruptException broken)
        {
            // What an auditor asks for is exactly this answer.
            return new AuditStream(stream.ToString(), 0, "", "", false, broken.Message, [], null);
        }
    }

    private async ValueTask<string> StateNameAsync(StreamName stream, long version, CancellationToken cancellation) => stream.Category switch
    {
        "transaction" => NameOf(await engine.ReadAtAsync<TransactionState>(stream, version, cancellation)),
        "terminal" => NameOf(await engine.ReadAtAsync<TerminalState>(stream, version, cancellation)),
        "merchant" => NameOf(await engine.ReadAtAsync<MerchantState>(stream, version, cancellation)),
        "remittance" => NameOf(await engine.ReadAtAsync<RemittanceState>(stream, version, cancellation)),
        "complaint" => NameOf(await engine.ReadAtAsync<ComplaintState>(stream, version, cancellation)),
        _ => NameOf(await engine.ReadAtAsync<CardState>(stream, version, cancellation)),
    };

    private static string NameOf<TState>(StreamState<TState> state)
        where TState : class => state.State.GetType().Name;
}
