using System.Globalization;
using Ledger.Contracts.V1;
using Ledger.Host.Output;
using Spectre.Console;

namespace Ledger.Host.Demo;

/// <summary>What the demo shows at its end: read over HTTP as each of the four kinds of people would.</summary>
/// <param name="auditorToken">Of an auditor.</param>
/// <param name="position">What every figure must have taken in: the log's last position.</param>
internal sealed class DemoReport(DemoApi api, string auditorToken, IReadOnlyList<DemoPhone> phones, DateOnly day, long position)
{
    private const int HistoryShown = 8;
    private const int LinesShown = 6;

    private static IAnsiConsole Out => Terminal.Out;

    public async Task PrintMerchantsAsync(CancellationToken cancellation)
    {
        foreach (var phone in phones.DistinctBy(static phone => phone.Terminal.Merchant))
        {
            await PrintHistoryAsync(phone, cancellation);
            await PrintRevenueAsync(phone, cancellation);
        }

        await PrintRemittanceAsync(phones[0], cancellation);
    }

    /// <returns>Whether debits equal credits.</returns>
    public async Task<bool> PrintTrialBalanceAsync(CancellationToken cancellation)
    {
        var balance = (await api.GetAsync<TrialBalanceReply>(auditorToken, $"/v1/audit/trial-balance?atLeastPosition={position}", cancellation)).OrThrow("read the trial balance");
        var table = Table("Trial balance", "account", "debits", "credits");
        foreach (var line in balance.Accounts) table.AddRow(line.Account.EscapeMarkup(), Amounts.Of(line.Debits), Amounts.Of(line.Credits));
        var (debits, credits) = (balance.Kinds.Sum(static kind => kind.Debits.Amount), balance.Kinds.Sum(static kind => kind.Credits.Amount));
        table.AddRow("[bold]all[/]", $"[bold]{Amounts.Of(debits)}[/]", $"[bold]{Amounts.Of(credits)}[/]");
        Out.Write(table);
        Out.MarkupLine($"Debits less credits: [bold]{Amounts.Of(debits - credits)}[/]");
        return balance.Balanced && debits == credits;
    }

    private async Task PrintHistoryAsync(DemoPhone phone, CancellationToken cancellation)
    {
        var kinds = string.Join(',', Enum.GetValues<HistoryKind>().Select(WireEnumConverter<HistoryKind>.NameOf));
        var page = (await api.GetAsync<HistoryPage>(phone.Token, $"/v1/history?kind={kinds}&limit={HistoryShown}&atLeastPosition={position}", cancellation)).OrThrow("read the history");
        var table = Table($"{phone.Terminal.Merchant.LegalName}: latest operations", "day", "time (UTC)", "operation", "status", "card", "amount");
        foreach (var line in page.Lines)
        {
            table.AddRow(
                Iso(line.BusinessDay),
                line.RequestedAt.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
                WireEnumConverter<HistoryKind>.NameOf(line.Kind),
                WireEnumConverter<TransactionStatus>.NameOf(line.Status),
                line.CardLastFour is { } lastFour ? $"**** {lastFour}" : "",
                Amounts.Of(line.Amount));
        }

        Out.Write(table);
    }

    private async Task PrintRevenueAsync(DemoPhone phone, CancellationToken cancellation)
    {
        var path = $"/v1/revenue?period=day&from={Iso(day)}&to={Iso(day.AddDays(1))}&atLeastPosition={position}";
        var revenue = (await api.GetAsync<RevenueReply>(phone.Token, path, cancellation)).OrThrow("read the revenue");
        var table = Table($"{phone.Terminal.Merchant.LegalName}: revenue", "day", "payments", "gross", "cancelled", "refunded", "net");
        foreach (var row in revenue.Rows)
        {
            table.AddRow(
                Iso(row.From), row.Payments.ToString(CultureInfo.InvariantCulture), Amounts.Of(row.Gross), Amounts.Of(row.Cancelled), Amounts.Of(row.Refunded), Amounts.Of(row.Net));
        }

        Out.Write(table);
    }

    private async Task PrintRemittanceAsync(DemoPhone phone, CancellationToken cancellation)
    {
        var id = $"{phone.Terminal.Merchant.Id}-{Iso(day)}";
        var detail = (await api.GetAsync<RemittanceDetail>(phone.Token, $"/v1/remittances/{id}?limit={LinesShown}&atLeastPosition={position}", cancellation)).OrThrow("read a remittance");
        var table = Table($"Remittance {id}: {WireEnumConverter<RemittanceCondition>.NameOf(detail.Remittance.Condition)}, credit date {Iso(detail.Remittance.CreditDate)}", "transaction", "side", "amount");
        foreach (var line in detail.Lines) table.AddRow(line.TransactionId, WireEnumConverter<RemittanceSide>.NameOf(line.Side), Amounts.Of(line.Amount));
        var more = detail.Remittance.LineCount - detail.Lines.Count;
        if (more > 0) table.AddRow(string.Create(CultureInfo.InvariantCulture, $"… {more} more"), "", "");
        table.AddRow("[bold]net[/]", "", $"[bold]{Amounts.Of(detail.Remittance.Net)}[/]");
        Out.Write(table);
    }

    /// <summary>The title stands above: a table would break it at its own width.</summary>
    private static Table Table(string title, params string[] columns)
    {
        Out.WriteLine();
        Out.MarkupLine($"[bold]{title.EscapeMarkup()}[/]");
        return new Table().Border(TableBorder.Rounded).AddColumns(columns);
    }

    private static string Iso(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "open";
}
