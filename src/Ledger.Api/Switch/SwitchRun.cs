using System.IO.Pipelines;
using System.Threading.Channels;
using Ledger.Contracts.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Engine;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Switch;

/// <summary>
/// One bulk request. Reads its commands as they come and runs them side by side; but those of one terminal, its transactions with it, one after another: a
/// command goes in when the one before it has its outcome, so that nothing overtakes, whatever fails. Bounds: <see cref="ApiLimits.SwitchWindow"/>
/// commands without an outcome, <see cref="ApiLimits.SwitchCommandsMax"/> outcomes that are not written yet. Reading never waits for writing: a caller may send all
/// before it reads. One task reads, one writes.
/// </summary>
internal sealed class SwitchRun(SwitchParser parser, SwitchKnowledge knowledge, SwitchIntake intake, SwitchEdge edge) : IDisposable
{
    // One more than the commands: for the line that says why the rest was not read.
    private readonly Channel<Task<SwitchOutcome>> _outcomes =
        Channel.CreateBounded<Task<SwitchOutcome>>(new BoundedChannelOptions(ApiLimits.SwitchCommandsMax + 1) { SingleReader = true, SingleWriter = true });

    private readonly SemaphoreSlim _window = new(ApiLimits.SwitchWindow, ApiLimits.SwitchWindow);

    // By partition, which a terminal and its transactions share; terminals that share one by chance wait for each other as well.
    private readonly Dictionary<ushort, Task<SwitchOutcome>> _last = [];

    /// <summary>In the order of the request. Its tasks never fail.</summary>
    public ChannelReader<Task<SwitchOutcome>> Outcomes => _outcomes.Reader;

    /// <summary>
    /// Reads to the end. A body that is longer than allowed keeps what came before, and a last line says so; what else breaks it off ends
    /// <see cref="Outcomes"/> with the exception.
    /// </summary>
    public async Task ReadAsync(PipeReader body, CancellationToken cancellation)
    {
        var (lines, count) = (new SwitchLines(body), 0);
        try
        {
            for (; await lines.NextAsync(cancellation) is { } line; count++)
            {
                if (count == ApiLimits.SwitchCommandsMax)
                {
                    _outcomes.Writer.TryWrite(Task.FromResult(SwitchParser.TooLong(line.Number)));
                    break;
                }

                await _window.WaitAsync(cancellation);
                await _outcomes.Writer.WriteAsync(Begin(line), CancellationToken.None);
            }

            _outcomes.Writer.Complete();
        }
        catch (BadHttpRequestException tooLong) when (tooLong.StatusCode == StatusCodes.Status413PayloadTooLarge && count > 0)
        {
            _outcomes.Writer.TryWrite(Task.FromResult(SwitchParser.TooLong(lines.Number + 1)));
            _outcomes.Writer.Complete();
        }
        catch (Exception exception) when (exception is IOException or BadHttpRequestException or OperationCanceledException)
        {
            // Who writes the answer says it, or there is nobody left to tell.
            _outcomes.Writer.Complete(exception);
        }
    }

    /// <summary>After all its tasks have ended.</summary>
    public void Dispose() => _window.Dispose();

    private Task<SwitchOutcome> Begin(SwitchLine line)
    {
        var (command, plan, problem) = parser.Parse(line);
        if (plan is null)
        {
            _window.Release();
            return Task.FromResult(problem!);
        }

        var partition = plan.Transaction.Partition;
        var begun = RunInTurnAsync(line.Number, command!.Id, plan, _last.GetValueOrDefault(partition));
        _last[partition] = begun;
        return begun;
    }

    private async Task<SwitchOutcome> RunInTurnAsync(int line, string id, SwitchPlan plan, Task<SwitchOutcome>? before)
    {
        try
        {
            // What comes after a command without an outcome must come after it in the repeat as well, so it is not sent in before.
            if (before is not null && await before is { Result: SwitchResult.Unavailable or SwitchResult.Failed } refused)
                return SwitchAnswers.Unavailable(line, id, refused.Result is SwitchResult.Failed ? ProblemCodes.Server.Error : refused.Code!);
            return await RunAsync(line, id, plan);
        }
        catch (Exception exception)
        {
            return edge.OutcomeOf(line, id, exception);
        }
        finally
        {
            _window.Release();
        }
    }

    private async Task<SwitchOutcome> RunAsync(int line, string id, SwitchPlan plan)
    {
        var busy = SwitchAnswers.Unavailable(line, id, ProblemCodes.Server.Busy);
        if (intake.IsShut) return busy;

        ContractTerms? terms = null;
        if (plan.Merchant is { } merchant)
        {
            if (await knowledge.MerchantAsync(merchant) is not { } known) return busy;
            if (known.Terms is null) return new SwitchOutcome(line, id, SwitchResult.Rejected, ProblemCodes.Merchant.NotRequested);
            terms = known.Terms;
        }

        var device = default(Domain.Transactions.DeviceId);
        if (plan.Terminal is { } serial)
        {
            if (await knowledge.TerminalAsync(serial) is not { } terminal) return busy;
            device = terminal.Binding?.Device ?? default;
        }

        var isOpposed = false;
        if (plan.Card is { } token)
        {
            if (await knowledge.CardAsync(token) is not { } card) return busy;
            isOpposed = card is CardState.Opposed;
        }

        var reply = await intake.ExecuteAsync(() => plan.Build(new SwitchFacts(terms, device, isOpposed, knowledge.Now), plan.Header));
        return reply is null ? busy : SwitchAnswers.Of(line, id, plan.Transaction.Stream, reply);
    }
}
