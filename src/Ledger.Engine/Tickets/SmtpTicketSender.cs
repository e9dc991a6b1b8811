using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Mail;
using System.Text;
using Ledger.Vault;
using NodaTime;

namespace Ledger.Engine.Tickets;

/// <param name="Host">The mail server.</param>
/// <param name="Port">25, 587 or what the server says.</param>
/// <param name="From">The sender's address; its domain ends every Message-ID.</param>
public sealed record SmtpTicketOptions(string Host, int Port, string From)
{
    /// <summary>STARTTLS, refused when the server has none. Default true.</summary>
    public bool UsesTls { get; init; } = true;

    /// <summary>Null for a server that takes mail without a login.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>For one ticket, from connecting to the server's answer. Default 20 seconds.</summary>
    public Duration Timeout { get; init; } = Duration.FromSeconds(20);

    /// <summary>
    /// How a mail reaches a phone: the address at the operator's mail-to-SMS gateway, with « {number} » for the digits of the number with its
    /// country code, « {number}@sms.example.com ». Null: tickets by SMS are refused.
    /// </summary>
    public string? SmsGateway { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Host}:{Port} as {From}";
}

/// <summary>Sends tickets by mail, and by SMS through a mail-to-SMS gateway. A repeat carries the same Message-ID, by which mail systems know it (E34).</summary>
public sealed class SmtpTicketSender(SmtpTicketOptions options) : ITicketSender
{
    private const string NumberPlace = "{number}";

    public async ValueTask<TicketDelivery> SendAsync(TicketMessage message, CancellationToken cancellation)
    {
        if (!TryAddress(message.Contact, out var to)) return new TicketDelivery.Failed("The contact is no address that this sender can reach: no e-mail address, or a phone without a gateway.");

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(options.Timeout.ToTimeSpan());
        var id = $"<{message.Id:N}@{new MailAddress(options.From).Host}>";
        try
        {
            using var mail = Compose(message, to, id);
            using var client = Connect();
            await client.SendMailAsync(mail, limited.Token).ConfigureAwait(false);
            return new TicketDelivery.Sent(id);
        }
        catch (SmtpException exception)
        {
            // The server's text may repeat the address, so only its code is kept.
            return new TicketDelivery.Failed($"The mail server {options.Host}:{options.Port} did not take it: {exception.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new TicketDelivery.Failed($"The mail server {options.Host}:{options.Port} gave no answer within {options.Timeout}.");
        }
    }

    private bool TryAddress(Contact contact, [NotNullWhen(true)] out MailAddress? address)
    {
        var text = contact.Kind switch
        {
            ContactKind.Email => contact.Address,
            ContactKind.Phone => options.SmsGateway?.Replace(NumberPlace, contact.Address.TrimStart('+'), StringComparison.Ordinal),
        };
        return MailAddress.TryCreate(text, out address);
    }

    private MailMessage Compose(TicketMessage message, MailAddress to, string id)
    {
        var mail = new MailMessage(new MailAddress(options.From), to)
        {
            Subject = message.Subject,
            SubjectEncoding = Encoding.UTF8,
            Body = message.Text,
            BodyEncoding = Encoding.UTF8,
        };
        mail.Headers.Add("Message-ID", id);
        mail.Headers.Add("Content-Language", message.Language);
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no out-of-office answers.
        return mail;
    }

    private SmtpClient Connect() => new(options.Host, options.Port)
    {
        EnableSsl = options.UsesTls,
        UseDefaultCredentials = false,
        Credentials = options.User is { } user ? new NetworkCredential(user, options.Password) : null,
        DeliveryFormat = SmtpDeliveryFormat.SevenBit,
    };
}
