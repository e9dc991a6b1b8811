using System.Globalization;
using Ledger.Benchmarks;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;

namespace Ledger.LoadTests;

/// <summary>The invented payment's request, over and over, each with an id of its own and on one of many terminals: so the shards share them.</summary>
internal static class Samples
{
    private const int TerminalCount = 4096;

    public static TransactionId IdOf(long number) =>
        Payment.IdOf(number, new TerminalSerial(string.Create(CultureInfo.InvariantCulture, $"LOAD{number % TerminalCount:0000}")));

    public static TransactionCommand RequestOf(TransactionId id) => Payment.RequestOf(id);
}
