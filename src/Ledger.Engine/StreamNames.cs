using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Engine;

/// <summary>From an id to its stream. Stored names, so never changed.</summary>
public static class StreamNames
{
    extension(TransactionId id)
    {
        public StreamName Stream => new("transaction", id.Value);
    }

    extension(TerminalSerial serial)
    {
        public StreamName Stream => new("terminal", serial.Value);
    }

    extension(MerchantId id)
    {
        public StreamName Stream => new("merchant", id.Value);
    }

    extension(RemittanceId id)
    {
        public StreamName Stream => new("remittance", id.ToString());
    }

    extension(CardToken token)
    {
        public StreamName Stream => new("card", token.Value);
    }

    extension(ComplaintId id)
    {
        public StreamName Stream => new("complaint", id.Value);
    }
}
