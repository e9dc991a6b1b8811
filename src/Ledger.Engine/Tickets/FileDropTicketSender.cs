using System.Globalization;
using System.Text;

namespace Ledger.Engine.Tickets;

/// <summary>
/// The embedded default: writes each ticket into a folder, « {id}.txt », for a mail or SMS gateway (or a person) to pick up. A file appears
/// whole or not at all; the same ticket is the same file, so a repeat is harmless (E32, E34). The files hold clients' addresses: protect the
/// folder. Writes on the caller's thread, a few hundred bytes each.
/// </summary>
public sealed class FileDropTicketSender : ITicketSender
{
    private readonly string _folder;

    /// <param name="folder">Created when it is missing.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public FileDropTicketSender(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    public ValueTask<TicketDelivery> SendAsync(TicketMessage message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var name = string.Create(CultureInfo.InvariantCulture, $"{message.Id:N}.txt");
        var path = Path.Combine(_folder, name);
        var temporary = path + ".tmp";
        try
        {
            Write(temporary, message);
            File.Move(temporary, path, overwrite: true);
            return new(new TicketDelivery.Sent(name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(new TicketDelivery.Failed($"The ticket folder cannot be written: {exception.Message}"));
        }
    }

    private static void Write(string path, TicketMessage message)
    {
        var text = $"To: {message.Contact.Address}\nSubject: {message.Subject}\nContent-Language: {message.Language}\n\n{message.Text}";
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}
