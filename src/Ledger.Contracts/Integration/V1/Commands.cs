using Ledger.Contracts.V1;

namespace Ledger.Contracts.Integration.V1;

/// <summary>
/// What the bank's own systems ask by message. A queue has no user, so there are only commands that no person has to answer for and that make nobody's money
/// move: a client's, merchant's or adviser's wish comes by the API. See specs/integration.
/// </summary>
public interface IIntegrationCommand
{
    /// <summary>Chosen by the sender, one for each wish; sent again it has no second effect, for 15 months. With another body it is refused.</summary>
    Guid CommandId { get; }
}

/// <summary>A card is reported lost, stolen or misused: from now on the ledger takes no payment with it (R186).</summary>
/// <param name="CardToken">The acquirer's token, never a card number: 8 to 64 letters, digits, « _ » or « - », not digits alone.</param>
public sealed record OpposeCard(Guid CommandId, string CardToken, OppositionReason Reason) : IIntegrationCommand;

/// <summary>An opposed card is replaced by another with another token (R187).</summary>
/// <param name="CardToken">The opposed card's token.</param>
/// <param name="ReplacementToken">The new card's token.</param>
public sealed record RenewCard(Guid CommandId, string CardToken, string ReplacementToken) : IIntegrationCommand;

/// <summary>Assistance's own system learnt that a terminal is lost, stolen or out of order: it starts no sale any more (R119). Unblocking is a person's decision, by the API.</summary>
/// <param name="TerminalSerial">As printed on it.</param>
public sealed record BlockTerminal(Guid CommandId, string TerminalSerial, BlockReason Reason) : IIntegrationCommand;

/// <summary>A command was done, now or before; it is in the ledger.</summary>
/// <param name="MessageId">The answer's own id, also on the transport; a repeated command gets the same answer again.</param>
/// <param name="CommandId">The command that it answers.</param>
/// <param name="Position">A position of the ledger at which its effect can be seen.</param>
public sealed record CommandAccepted(Guid MessageId, Guid CommandId, long Position);

/// <summary>A rule said no to a command; nothing was changed, and the same command gets the same answer again.</summary>
/// <param name="MessageId">The answer's own id, also on the transport.</param>
/// <param name="CommandId">The command that it answers.</param>
/// <param name="Code">Which rule: category and name, as in the API's problems, for instance « card.notOpposed ».</param>
public sealed record CommandRejected(Guid MessageId, Guid CommandId, string Code);
