using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Testing;

namespace Ledger.Acquiring.Tests.Simulation;

public sealed class HostJournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-host-");

    private string Books => Path.Combine(_folder.FullName, "host.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_host_remembers_everything_when_it_comes_back()
    {
        var script = new FaultScript(
            [
                new FaultRule(HostOperation.Authorise, new FaultTrigger.AmountIs(Money.Eur(51)), new Fault.Decline(new ResponseCode("51"))),
                new FaultRule(HostOperation.Authorise, new FaultTrigger.AmountIs(Money.Eur(24)), new Fault.LateApproval(2)),
            ],
            []);
        List<HostEntry> before;
        using (var host = Open(script))
        {
            await host.AuthoriseAsync(Some.Question(1, 4_200), default);
            await host.AuthoriseAsync(Some.Question(2, 51), default);
            await host.AuthoriseAsync(Some.Question(3, 24), default);
            await host.AuthoriseAsync(Some.Question(4, 600), default);
            await host.AuthoriseAsync(Some.Question(5, 700), default);
            await host.ReverseAsync(Some.Exchange(4), Money.Eur(600), default);
            await host.ReverseAsync(Some.Exchange(99), Money.Eur(600), default);
            await host.RefundAsync(Some.Refund(6, 1, 200), default);
            await host.CancelAsync(Some.Exchange(7), Some.Exchange(5), Money.Eur(700), default);
            before = [.. host.Entries];
        }

        using var again = Open(script);
        Assert.Equal(before, again.Entries);
        Assert.IsType<HostAnswer.Declined>(await again.AuthoriseAsync(Some.Question(99, 600), default));
        Assert.IsType<HostAnswer.Declined>(await again.RefundAsync(Some.Refund(8, 1, 4_001), default));
        Assert.IsType<HostAnswer.InProgress>(await again.StatusAsync(Some.Exchange(3), default));
    }

    [Fact]
    public async Task A_last_line_that_was_cut_is_dropped_and_the_books_go_on()
    {
        using (var host = Open())
        {
            await host.AuthoriseAsync(Some.Question(1, 4_200), default);
            await host.AuthoriseAsync(Some.Question(2, 4_300), default);
        }

        using (var file = new FileStream(Books, FileMode.Open)) file.SetLength(file.Length - 7);
        using (var host = Open())
        {
            Assert.IsType<HostAnswer.NotFound>(await host.StatusAsync(Some.Exchange(2), default));
            await host.AuthoriseAsync(Some.Question(3, 4_400), default);
        }

        using var last = Open();
        Assert.Equal([Some.Exchange(1), Some.Exchange(3)], last.Entries.Select(static e => e.Exchange));
    }

    [Fact]
    public void Another_programs_file_is_refused_and_left_alone()
    {
        File.WriteAllText(Books, "hello\n");

        var error = Assert.Throws<InvalidDataException>(() => Open());

        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
        Assert.Equal("hello\n", File.ReadAllText(Books));
    }

    [Fact]
    public void Two_hosts_do_not_share_books()
    {
        using var first = Open();

        Assert.Throws<IOException>(() => Open());
    }

    private SimulatedHost Open(FaultScript? script = null) => new(new ManualClock(Some.Start), Some.NoDelay, script ?? FaultScript.None, 1, Books);
}
