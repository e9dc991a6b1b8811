using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;

namespace Ledger.Simulation.Town;

/// <summary>One merchant: the phones of the shop, and what was sold.</summary>
internal sealed class Shop(MerchantId merchant)
{
    /// <summary>Payments that are remembered for cancels and refunds, the newest ones.</summary>
    private const int SoldMax = 400;

    private readonly List<Sold> _sold = [];

    public MerchantId Merchant { get; } = merchant;

    public List<Till> Tills { get; } = [];

    public IReadOnlyList<Sold> Sold => _sold;

    public void Remember(Sold sold)
    {
        if (_sold.Count >= SoldMax) _sold.RemoveRange(0, SoldMax / 4);
        _sold.Add(sold);
    }
}

/// <summary>A terminal and the phone that was activated for it last.</summary>
internal sealed class Till(TerminalSerial serial, DeviceId device)
{
    public TerminalSerial Serial { get; } = serial;

    public DeviceId Device { get; set; } = device;
}

/// <summary>A payment that the phone knows as accepted, and the refunds asked of it here.</summary>
internal sealed class Sold(TransactionId transaction, long cents, Client client)
{
    public TransactionId Transaction { get; } = transaction;

    public long Cents { get; } = cents;

    public Client Client { get; } = client;

    public List<(RefundId Id, long Cents)> Refunds { get; } = [];
}
