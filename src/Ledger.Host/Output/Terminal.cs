using Spectre.Console;

namespace Ledger.Host.Output;

/// <summary>The two consoles: answers go to stdout, progress and errors to stderr.</summary>
internal static class Terminal
{
    /// <summary>Columns when nobody's window says how many there are.</summary>
    private const int WidthRedirected = 160;

    public static IAnsiConsole Out { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True where lines can be drawn over: a person watches.</summary>
    public static bool ErrorIsWatched => !Console.IsErrorRedirected;

    public static bool OutIsWatched => !Console.IsOutputRedirected;

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected) console.Profile.Width = WidthRedirected;
        return console;
    }
}
