using Ledger.Contracts.Integration.V1;
using Ledger.Contracts.V1;
using BlockTerminal = Ledger.Contracts.Integration.V1.BlockTerminal;
using OpposeCard = Ledger.Contracts.Integration.V1.OpposeCard;
using RenewCard = Ledger.Contracts.Integration.V1.RenewCard;

namespace Ledger.Contracts.Tests;

/// <summary>One invented message of each kind, of which the golden files are.</summary>
internal static class SampleMessages
{
    private const string Payment = "019cd703f2108a2cb0a1c4d5e6f7a1b2";
    private const string Refund = "019cdc2a70008b3d91e2a3b4c5d6e7f8";
    private const string Merchant = "boulangerie-1";

    private static readonly DateOnly Day = new(2026, 3, 10);

    private static readonly Dictionary<string, object> Samples = new object[]
    {
        new PaymentAccepted(OriginOf(1, 1204, $"transaction-{Payment}", 4), Payment, Merchant, "T0000001", new Money(42_00, "EUR"), Day),
        new PaymentCancelled(OriginOf(2, 1219, $"transaction-{Payment}", 6), Payment, Merchant, new Money(42_00, "EUR"), Day),
        new PaymentRefunded(OriginOf(3, 2077, $"transaction-{Payment}", 7), Payment, Refund, Merchant, new Money(10_50, "EUR"), Day.AddDays(1)),
        new RefundCancelled(OriginOf(4, 2093, $"transaction-{Payment}", 9), Payment, Refund, Merchant, new Money(10_50, "EUR"), Day.AddDays(1)),
        new DayRemitted(
            OriginOf(5, 1533, $"remittance-{Merchant}-2026-03-10", 3), $"{Merchant}-2026-03-10", Merchant, Day, 2,
            new Money(42_00, "EUR"), new Money(50_00, "EUR"), new Money(-8_00, "EUR"), Day.AddDays(1)),
        new DayCredited(OriginOf(6, 1804, $"remittance-{Merchant}-2026-03-10", 4), $"{Merchant}-2026-03-10", Merchant, Day, new Money(-8_00, "EUR"), Day.AddDays(1)),
        new ComplaintOpened(
            OriginOf(7, 2090, $"complaint-{Refund}", 1), Refund, Merchant, ComplaintReason.MissingCredit, ComplaintChannel.RegisteredPost, Payment, Day.AddDays(2), Day.AddDays(14), Day.AddDays(20)),
        new OpposeCard(Id(11), "tok_card_1", OppositionReason.Stolen),
        new RenewCard(Id(12), "tok_card_1", "tok_card_2"),
        new BlockTerminal(Id(13), "T0000001", BlockReason.Lost),
        new CommandAccepted(Id(21), Id(11), 2101),
        new CommandRejected(Id(22), Id(12), ProblemCodes.Card.NotOpposed),
    }.ToDictionary(static message => IntegrationMessages.NameOf(message.GetType()));

    public static object Of(string name) => Samples[name];

    private static Guid Id(int number) => new(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);

    private static Origin OriginOf(int number, long position, string stream, long version) =>
        new(Id(number), position, stream, version, new DateTimeOffset(2026, 3, 10, 11, 3, 9, 250, TimeSpan.Zero));
}
