using Ledger.Api.Commands;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Vault;
using NodaTime;

namespace Ledger.Api.Payments;

/// <summary>Puts a client's contact into the vault before the command that refers to it, and takes it out again when that was refused.</summary>
internal sealed class TicketContacts(IContactVault vault, IClock clock)
{
    /// <returns>Where it is kept; null without a contact. A repeat gives the same.</returns>
    /// <exception cref="CommandIdReusedException">The same key came with another contact before.</exception>
    public async ValueTask<ContactRef?> KeepAsync(ApiCommand command, Contact? contact, CancellationToken cancellation)
    {
        if (contact is null) return null;

        var reference = new ContactRef(command.Derive("api/contact"));
        // A repeat finds the first one's, or that it was erased since; it must bring nothing back.
        if (command.WasSeen) return reference;
        try
        {
            await vault.KeepAsync(reference, contact, clock.GetCurrentInstant(), cancellation);
        }
        catch (ArgumentException)
        {
            // Well formed, as was checked: so it is another contact under the same key.
            throw new CommandIdReusedException(command.Id);
        }

        return reference;
    }

    /// <summary>Forgets what a refused command would have referred to.</summary>
    public async ValueTask DropIfRefusedAsync(CommandReply reply, ContactRef? reference, CancellationToken cancellation)
    {
        if (reply.IsAccepted || reply.Replayed || reference is not { } kept) return;
        await vault.EraseAsync(kept, clock.GetCurrentInstant(), cancellation);
    }
}
