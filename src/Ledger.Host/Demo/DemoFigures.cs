namespace Ledger.Host.Demo;

/// <summary>What happened so far in the demo, counted by whoever plays it. One writer; readers see numbers of about the same moment.</summary>
internal sealed class DemoFigures
{
    public int Sales { get; set; }

    public int SalesPlanned { get; set; }

    public int Paid { get; set; }

    public long PaidCents { get; set; }

    public int Declined { get; set; }

    /// <summary>Stopped before the host was asked.</summary>
    public int Stopped { get; set; }

    /// <summary>Approvals that were undone: torn cards, partial approvals, clients who left.</summary>
    public int Reversed { get; set; }

    /// <summary>Answers that never came and were found out.</summary>
    public int Doubts { get; set; }

    public int Cancelled { get; set; }

    public long CancelledCents { get; set; }

    public int Refunded { get; set; }

    public long RefundedCents { get; set; }

    /// <summary>What the ledger rightly refused: wrong codes, too much, the wrong day.</summary>
    public int Refused { get; set; }

    public int Remittances { get; set; }
}
