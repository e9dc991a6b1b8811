using Ledger.Acquiring;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.Vault;

namespace Ledger.Api.Inputs;

/// <summary>The members of payments, cancellations and refunds.</summary>
internal sealed partial class InputCheck
{
    /// <summary>The client's contact that goes with a ticket choice; null for paper (R023). Nothing of it is repeated in an error.</summary>
    public Vault.Contact? Contact(string member, TicketChoice choice, Contracts.V1.Contact? contact) => choice switch
    {
        TicketChoice.Paper => NoContact(member, contact),
        TicketChoice.Email => Contact(member, ContactKind.Email, contact?.Email, contact?.Phone),
        TicketChoice.Sms => Contact(member, ContactKind.Phone, contact?.Phone, contact?.Email),
    };

    public Domain.Cards.Card Card(string member, CardInput card) => new(
        Token($"{member}.token", card.Token),
        LastFour($"{member}.lastFour", card.LastFour),
        Wire.ToDomain(card.Brand),
        Wire.ToDomain(card.BrandChosenBy),
        Wire.ToDomain(card.Category),
        Wire.ToDomain(card.Region),
        Wire.ToDomain(card.EntryMode),
        Hexadecimal($"{member}.applicationId", card.ApplicationId, 10, 32),
        Text($"{member}.applicationLabel", card.ApplicationLabel, 16),
        Account($"{member}.account", card.Account));

    public Domain.Transactions.PresentedCard? Presented(string member, Contracts.V1.PresentedCard? card) =>
        card is null ? null : new(Token($"{member}.token", card.Token), Wire.ToDomain(card.Brand), Account($"{member}.account", card.Account));

    public EncryptedCardData CardData(string member, string text)
    {
        // Four characters for three bytes.
        const int TextLengthMax = (EncryptedCardData.LengthMax + 2) / 3 * 4;
        var bytes = new byte[EncryptedCardData.LengthMax];
        if (text.Length is > 0 and <= TextLengthMax && Convert.TryFromBase64String(text, bytes, out var length) && length > 0) return new EncryptedCardData(bytes.AsMemory(0, length));

        Add(member, "1 to 4096 bytes in base64.");
        return new EncryptedCardData(ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Only its form; whether it is right is the vault's to say.</summary>
    public string SecurityCode(string member, string text)
    {
        if (!CredentialRules.IsSecurityCode(text)) Add(member, "Six digits.");
        return text;
    }

    public CardConfirmation Confirmation(CompletePayment body)
    {
        const int CounterMax = 65_535; // EMV 9F36: two bytes
        var cryptogram = body.Cryptogram is null ? null : Hexadecimal("cryptogram", body.Cryptogram, 16, 16);
        int? counter = body.ApplicationCounter is { } given ? Number("applicationCounter", given, 0, CounterMax) : null;
        return new CardConfirmation(cryptogram, counter, Wire.ToDomain(body.Verification))
        {
            TerminalDate = body.TerminalDate is { } day ? NodaTime.LocalDate.FromDateOnly(day) : null,
        };
    }

    private Vault.Contact? NoContact(string member, Contracts.V1.Contact? contact)
    {
        if (contact is not null) Add(member, "Leave it out.", ProblemCodes.Transaction.ContactNotWanted);
        return null;
    }

    private Vault.Contact? Contact(string member, ContactKind kind, string? wanted, string? unwanted)
    {
        if (unwanted is not null) Add(member, "Only the address that the ticket needs.");
        if (wanted is null) Add(member, "Missing.", ProblemCodes.Transaction.ContactMissing);
        else if (!Vault.Contact.TryParse(kind, wanted, out var contact, out var reason)) Add(member, reason);
        else return contact;
        return null;
    }
}
