using System.Buffers.Binary;
using System.Globalization;
using Ledger.Domain;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation;

/// <summary>
/// What the host itself holds to be true: every exchange once, whatever was asked how often. The caller holds the lock of <see cref="SimulatedHost"/>.
/// As large as the number of exchanges: it is a simulator's memory.
/// </summary>
internal sealed class HostBooks(HostJournal? journal)
{
    // ISO 8583:1987, DE 39.
    private static readonly ResponseCode _invalidTransaction = new("12");
    private static readonly ResponseCode _invalidAmount = new("13");
    private static readonly ResponseCode _originalNotFound = new("25");
    private static readonly ResponseCode _tooLate = new("68");
    private static readonly ResponseCode _duplicate = new("94");

    private readonly Dictionary<ExchangeId, HostEntry> _entries = [];
    private readonly Dictionary<ExchangeId, HashSet<ExchangeId>> _refundsOf = [];
    private readonly HashSet<ExchangeId> _reversedUnseen = [];

    public IReadOnlyCollection<HostEntry> Entries => _entries.Values;

    public HostEntry? Find(ExchangeId exchange) => _entries.GetValueOrDefault(exchange);

    public HostAnswer Authorise(AuthorisationQuestion question, Fault? fault)
    {
        if (Find(question.Exchange) is { } known) return IsSame(known, HostEntryKind.Authorisation, question.Amount, null) ? known.Answer : new HostAnswer.Declined(_duplicate);

        var entry = new HostEntry(
            question.Exchange, HostEntryKind.Authorisation, question.MerchantId, question.Card.Token, question.Amount,
            null, question.Amount, CodeOf(question.Exchange), ResponseCode.Ok, 0, null);
        return Keep(fault switch
        {
            // Its reversal overtook it: a host that acknowledged that must not approve any more.
            _ when _reversedUnseen.Contains(question.Exchange) => Refused(entry, _tooLate),
            Fault.Decline decline => Refused(entry, decline.Response),
            Fault.PartialApproval partial => entry with { Approved = partial.Amount },
            Fault.LateApproval late => entry with { Approved = null, Response = null, QueriesLeft = late.StatusQueries },
            _ => entry,
        });
    }

    public HostAnswer Status(ExchangeId exchange)
    {
        if (Find(exchange) is not { } entry) return new HostAnswer.NotFound();
        if (entry.Response is not null) return entry.Answer;

        return Keep(entry.QueriesLeft > 1 ? entry with { QueriesLeft = entry.QueriesLeft - 1 } : ApprovedLate(entry));
    }

    public ReversalAnswer Reverse(ExchangeId original, Money amount)
    {
        if (Find(original) is not { } entry)
        {
            if (_reversedUnseen.Add(original)) journal?.AppendReversedUnseen(original);
            return new ReversalAnswer.Acknowledged(Found: false);
        }

        if (entry.Response is null) entry = ApprovedLate(entry);
        if (entry.Approved is not { } approved) return new ReversalAnswer.Acknowledged(Found: false);
        if (entry.UndoneBy is HostUndo.Reversal) return new ReversalAnswer.Acknowledged(Found: true);
        if (entry.UndoneBy is not null || entry.Kind is not HostEntryKind.Authorisation || approved != amount) return new ReversalAnswer.NotAcknowledged();

        Keep(entry with { UndoneBy = HostUndo.Reversal });
        return new ReversalAnswer.Acknowledged(Found: true);
    }

    public HostAnswer Cancel(ExchangeId exchange, ExchangeId original, Money amount, Fault? fault)
    {
        if (Find(exchange) is { } known) return IsSame(known, HostEntryKind.Cancellation, amount, original) ? known.Answer : new HostAnswer.Declined(_duplicate);
        if (Find(original) is not { } target) return new HostAnswer.Declined(_originalNotFound);

        var entry = new HostEntry(exchange, HostEntryKind.Cancellation, target.Merchant, target.Card, amount, original, amount, null, ResponseCode.Ok, 0, null);
        if (fault is Fault.Decline decline) return Keep(Refused(entry, decline.Response));
        if (!target.IsEffective || target.Kind is HostEntryKind.Cancellation || !RefundedOf(original).IsZero) return Keep(Refused(entry, _invalidTransaction));
        if (target.Approved != amount) return Keep(Refused(entry, _invalidAmount));

        return Keep(target with { UndoneBy = HostUndo.Cancellation }, entry);
    }

    public HostAnswer Refund(RefundQuestion question, Fault? fault)
    {
        if (Find(question.Exchange) is { } known) return IsSame(known, HostEntryKind.Refund, question.Amount, question.Original) ? known.Answer : new HostAnswer.Declined(_duplicate);
        if (Find(question.Original) is not { } target) return new HostAnswer.Declined(_originalNotFound);

        var entry = new HostEntry(
            question.Exchange, HostEntryKind.Refund, question.MerchantId, question.Card, question.Amount,
            question.Original, question.Amount, CodeOf(question.Exchange), ResponseCode.Ok, 0, null);
        if (fault is Fault.Decline decline) return Keep(Refused(entry, decline.Response));
        if (!target.IsEffective || target.Kind is not HostEntryKind.Authorisation) return Keep(Refused(entry, _invalidTransaction));
        if (RefundedOf(question.Original) + question.Amount > target.Approved!.Value) return Keep(Refused(entry, _invalidAmount));

        return Keep(entry);
    }

    /// <summary>From the journal: what it says last of an exchange holds.</summary>
    public void Restore(HostEntry entry)
    {
        _entries[entry.Exchange] = entry;
        if (entry is not { Kind: HostEntryKind.Refund, Original: { } original }) return;
        if (!_refundsOf.TryGetValue(original, out var refunds)) _refundsOf[original] = refunds = [];
        refunds.Add(entry.Exchange);
    }

    public void RestoreReversedUnseen(ExchangeId exchange) => _reversedUnseen.Add(exchange);

    // Written down before it is answered, all at once: a host that said yes remembers it, whatever is killed.
    private HostAnswer Keep(params ReadOnlySpan<HostEntry> entries)
    {
        journal?.Append(entries);
        foreach (var entry in entries) Restore(entry);
        return entries[^1].Answer;
    }

    private Money RefundedOf(ExchangeId original) => _refundsOf.GetValueOrDefault(original, [])
        .Select(exchange => _entries[exchange])
        .Where(static entry => entry.IsEffective)
        .Aggregate(Money.Zero(Currency.Eur), static (sum, entry) => sum + entry.Approved!.Value);

    private static HostEntry ApprovedLate(HostEntry entry) =>
        entry with { Approved = entry.Asked, Code = CodeOf(entry.Exchange), Response = ResponseCode.Ok, QueriesLeft = 0 };

    private static HostEntry Refused(HostEntry entry, ResponseCode response) => entry with { Approved = null, Code = null, Response = response };

    private static bool IsSame(HostEntry entry, HostEntryKind kind, Money amount, ExchangeId? original) =>
        entry.Kind == kind && entry.Asked == amount && entry.Original == original;

    /// <summary>Six digits that follow from the exchange, so that the same run gives the same tickets.</summary>
    private static AuthorisationCode CodeOf(ExchangeId exchange)
    {
        Span<byte> bytes = stackalloc byte[16];
        exchange.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new AuthorisationCode((BinaryPrimitives.ReadUInt32BigEndian(bytes) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture));
    }
}
