using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ledger.Contracts.Integration.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;
using Wire = Ledger.Contracts.V1;

namespace Ledger.Cluster.Wolverine.Inbound;

/// <summary>From a message to the engine's command, and from its reply to the answer. Pure.</summary>
internal static class CommandTranslation
{
    /// <summary>The message's own id becomes the command's, so that the ledger itself knows a repeat, for as long as it keeps records of commands.</summary>
    /// <exception cref="MalformedCommandException">An id or a text is out of range.</exception>
    public static EngineCommand ToEngine(IIntegrationCommand message, Instant now)
    {
        if (message.CommandId == Guid.Empty) throw new MalformedCommandException("commandId is all zeros: each command has an id of its own.");
        return message switch
        {
            OpposeCard oppose => Of(oppose, TokenOf(oppose.CardToken, "cardToken").Stream, new CardCommand.Oppose(TokenOf(oppose.CardToken, "cardToken"), ReasonOf(oppose.Reason), now)),
            RenewCard renew => Of(renew, TokenOf(renew.CardToken, "cardToken").Stream, new CardCommand.Renew(TokenOf(renew.ReplacementToken, "replacementToken"), now)),
            BlockTerminal block => Of(block, SerialOf(block.TerminalSerial).Stream, new TerminalCommand.Block(ReasonOf(block.Reason), Channel.Assistance, now)),
            _ => throw new UnreachableException(message.GetType().Name),
        };
    }

    /// <summary>What is told of it; the same for the same command and reply.</summary>
    public static (Guid Id, object Message) ToAnswer(Guid commandId, CommandReply reply)
    {
        var id = DerivedId.Of("integration/answer", commandId.ToString("N"));
        return reply.Rejection is { } rejection
            ? (id, new CommandRejected(id, commandId, $"{rejection.Category}.{char.ToLower(rejection.Name[0], CultureInfo.InvariantCulture)}{rejection.Name[1..]}"))
            : (id, new CommandAccepted(id, commandId, reply.Position));
    }

    private static EngineCommand Of(IIntegrationCommand message, EventLog.StreamName stream, object command)
    {
        // The name is part of it: the same id for another wish with the same members is another body.
        var name = Encoding.UTF8.GetBytes(IntegrationMessages.NameOf(message.GetType()) + "\n");
        return EngineCommand.One(message.CommandId, SHA256.HashData([.. name, .. IntegrationMessages.Write(message)]), stream, command);
    }

    private static CardToken TokenOf(string text, string member) =>
        CardToken.IsValid(text) ? new CardToken(text) : throw new MalformedCommandException($"{member} is no card token: 8 to 64 letters, digits, « _ » or « - », and never a card number.");

    private static TerminalSerial SerialOf(string text) =>
        TerminalSerial.IsValid(text) ? new TerminalSerial(text) : throw new MalformedCommandException("terminalSerial is no serial number of a terminal.");

    private static OppositionReason ReasonOf(Wire.OppositionReason reason) => reason switch
    {
        Wire.OppositionReason.Lost => OppositionReason.Lost,
        Wire.OppositionReason.Stolen => OppositionReason.Stolen,
        Wire.OppositionReason.FraudulentUse => OppositionReason.FraudulentUse,
    };

    private static BlockReason ReasonOf(Wire.BlockReason reason) => reason switch
    {
        Wire.BlockReason.Lost => BlockReason.Lost,
        Wire.BlockReason.Stolen => BlockReason.Stolen,
        Wire.BlockReason.Fault => BlockReason.Fault,
    };
}

/// <summary>A message that no repeat makes good. Holds no value of the message.</summary>
public sealed class MalformedCommandException(string message) : Exception(message);
