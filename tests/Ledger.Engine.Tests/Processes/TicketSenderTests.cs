using System.Text;
using Ledger.Engine.Tickets;
using Ledger.Testing;
using Ledger.Vault;
using NodaTime;

namespace Ledger.Engine.Tests.Processes;

public sealed class TicketSenderTests : IDisposable
{
    private static readonly Contact Mail = new(ContactKind.Email, "client@example.org");
    private static readonly Contact Phone = new(ContactKind.Phone, "+33600000001");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-tickets-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static TicketMessage Message(Contact contact, string text = "MONTANT = 42,00 EUR") => new(Shop.Id(1), contact, "BOULANGERIE DÉMO - ticket", ["CARTE BANCAIRE", text], "fr");

    private static SmtpTicketOptions Options(SmtpServer server) => new("127.0.0.1", server.Port, "tickets@ledger.example") { UsesTls = false };

    [Fact]
    [Rule("E32"), Rule("E34")]
    public async Task The_same_ticket_is_the_same_file_however_often_it_is_sent()
    {
        var sender = new FileDropTicketSender(_folder.FullName);

        var first = Assert.IsType<TicketDelivery.Sent>(await sender.SendAsync(Message(Mail), default));
        var again = Assert.IsType<TicketDelivery.Sent>(await sender.SendAsync(Message(Mail), default));

        Assert.Equal(first, again);
        var file = Assert.Single(_folder.GetFiles());
        Assert.Equal(first.CarrierMessageId, file.Name);
        Assert.Equal("To: client@example.org\nSubject: BOULANGERIE DÉMO - ticket\nContent-Language: fr\n\nCARTE BANCAIRE\nMONTANT = 42,00 EUR\n", await File.ReadAllTextAsync(file.FullName));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_a_failed_delivery_without_the_address()
    {
        var sender = new FileDropTicketSender(Path.Combine(_folder.FullName, "drop"));
        Directory.Delete(Path.Combine(_folder.FullName, "drop"));

        var failed = Assert.IsType<TicketDelivery.Failed>(await sender.SendAsync(Message(Mail), default));

        Assert.DoesNotContain("client", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("R060"), Rule("E34")]
    public async Task A_mail_goes_over_the_wire_with_an_id_that_a_repeat_repeats()
    {
        await using var server = new SmtpServer();
        var sender = new SmtpTicketSender(Options(server));

        var first = Assert.IsType<TicketDelivery.Sent>(await sender.SendAsync(Message(Mail), Shop.Soon()));
        var again = Assert.IsType<TicketDelivery.Sent>(await sender.SendAsync(Message(Mail), Shop.Soon()));

        Assert.Equal(first, again);
        Assert.Equal(2, server.Mails.Count);
        Assert.All(server.Mails, mail =>
        {
            Assert.Contains("<client@example.org>", mail.Recipient, StringComparison.Ordinal);
            Assert.Contains($"Message-ID: {first.CarrierMessageId}", mail.Text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("MONTANT = 42,00 EUR", BodyOf(mail.Text), StringComparison.Ordinal);
        });
    }

    [Fact]
    [Rule("R060")]
    public async Task An_SMS_goes_through_the_operators_mail_gateway()
    {
        await using var server = new SmtpServer();
        var options = Options(server);

        Assert.IsType<TicketDelivery.Sent>(await new SmtpTicketSender(options with { SmsGateway = "{number}@sms.example.com" }).SendAsync(Message(Phone), Shop.Soon()));
        Assert.IsType<TicketDelivery.Failed>(await new SmtpTicketSender(options).SendAsync(Message(Phone), Shop.Soon()));

        Assert.Contains("<33600000001@sms.example.com>", Assert.Single(server.Mails).Recipient, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_or_says_nothing_or_is_not_there_is_a_failed_delivery_without_the_address()
    {
        var server = new SmtpServer { RecipientAnswer = "550 no such mailbox client@example.org" };
        var options = Options(server) with { Timeout = Duration.FromMilliseconds(300) };
        await AssertFailedAsync(options);

        server.RecipientAnswer = null;
        await AssertFailedAsync(options);

        await server.DisposeAsync();
        await AssertFailedAsync(options);

        static async Task AssertFailedAsync(SmtpTicketOptions options)
        {
            var failed = Assert.IsType<TicketDelivery.Failed>(await new SmtpTicketSender(options).SendAsync(Message(Mail), Shop.Soon()));
            Assert.DoesNotContain("client", failed.Reason, StringComparison.Ordinal);
        }
    }

    /// <summary>The body of a mail is quoted-printable or base64, as the client chooses.</summary>
    private static string BodyOf(string mail)
    {
        var body = mail[(mail.IndexOf("\n\n", StringComparison.Ordinal) + 2)..];
        return mail.Contains("base64", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(body))
            : body.Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
    }
}
