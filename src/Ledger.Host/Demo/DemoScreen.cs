using System.Globalization;
using Ledger.Host.Output;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.Demo;

/// <summary>Shows the demo's figures while it plays: a table that changes in place, or a plain line now and then where nobody watches.</summary>
internal sealed class DemoScreen(DemoFigures figures, IClock clock)
{
    private const int SalesPerPlainLine = 60;

    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMilliseconds(150);

    private string _stage = "Starting";
    private int _salesPrinted;

    public void Stage(string stage)
    {
        _stage = stage;
        if (!Terminal.OutIsWatched) Console.Out.WriteLine(Line());
    }

    /// <summary>Something happened; printed where lines are plain and enough of it came together.</summary>
    public void Progressed()
    {
        if (Terminal.OutIsWatched || figures.Sales - _salesPrinted < SalesPerPlainLine) return;

        _salesPrinted = figures.Sales;
        Console.Out.WriteLine(Line());
    }

    public async Task ShowWhileAsync(Func<Task> work)
    {
        if (!Terminal.OutIsWatched)
        {
            await work();
            return;
        }

        await Terminal.Out.Live(Picture()).StartAsync(async context =>
        {
            var playing = work();
            while (!playing.IsCompleted)
            {
                context.UpdateTarget(Picture());
                context.Refresh();
                await Task.WhenAny(playing, Task.Delay(RefreshEvery));
            }

            context.UpdateTarget(Picture());
            await playing;
        });
    }

    private Table Picture()
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"[bold]{_stage.EscapeMarkup()}[/]  {Now().EscapeMarkup()}");
        table.AddColumns("", "operations", "amount");
        table.AddRow("sales", Of(figures.Sales, figures.SalesPlanned), "");
        table.AddRow("[green]paid[/]", Count(figures.Paid), Amount(figures.PaidCents));
        table.AddRow("declined", Count(figures.Declined), "");
        table.AddRow("stopped before the host", Count(figures.Stopped), "");
        table.AddRow("answers lost, found out", Count(figures.Doubts), "");
        table.AddRow("approvals reversed", Count(figures.Reversed), "");
        table.AddRow("cancelled the same day", Count(figures.Cancelled), Amount(figures.CancelledCents));
        table.AddRow("refunded later", Count(figures.Refunded), Amount(figures.RefundedCents));
        table.AddRow("refused by a rule", Count(figures.Refused), "");
        table.AddRow("remittances closed", Count(figures.Remittances), "");
        return table;
    }

    private string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Now()}  {_stage}: {Of(figures.Sales, figures.SalesPlanned)} sales, {figures.Paid} paid {Amount(figures.PaidCents)}, {figures.Declined} declined, {figures.Stopped} stopped, "
        + $"{figures.Doubts} in doubt, {figures.Reversed} reversed, {figures.Cancelled} cancelled, {figures.Refunded} refunded, {figures.Refused} refused, {figures.Remittances} remittances");

    private string Now() => clock.GetCurrentInstant().InZone(Domain.Calendars.ParisTime.Zone).ToString("ddd dd MMM uuuu HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Of(int done, int planned) => string.Create(CultureInfo.InvariantCulture, $"{done} of {planned}");

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Amount(long cents) => Amounts.Of(cents);
}
