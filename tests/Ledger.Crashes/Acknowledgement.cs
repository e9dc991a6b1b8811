using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ledger.Engine;

namespace Ledger.Crashes;

/// <summary>What a caller was told: « caller step digest », a line that the killed process wrote. A line without its end was not said.</summary>
/// <param name="Step">From 0.</param>
/// <param name="Digest">Of all that the reply says.</param>
internal readonly record struct Acknowledgement(int Caller, int Step, string Digest)
{
    public static Acknowledgement Parse(string line)
    {
        var words = line.Split(' ');
        return new Acknowledgement(int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[2]);
    }

    /// <summary>The same for the same reply; a refusal's position is not part of what was decided.</summary>
    public static string DigestOf(CommandReply reply)
    {
        var position = reply.Outcome == CommandOutcome.Accepted ? reply.Position : 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{reply.Outcome} {reply.Rejection} {string.Join(' ', reply.Versions)} {position}");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Caller} {Step} {Digest}");
}
