using Spectre.Console;

namespace Ledger.LoadTests.Reporting;

/// <summary>How far long work is, with its rate and the time left. Any thread.</summary>
internal interface IProgressBoard
{
    /// <param name="total">At least 0.</param>
    IProgressBar Start(string title, long total, string unit);
}

/// <summary>One piece of work; disposed when it has ended.</summary>
internal interface IProgressBar : IDisposable
{
    void Advance(long by);
}

/// <summary>For tests: nobody watches.</summary>
internal sealed class NoProgress : IProgressBoard, IProgressBar
{
    public IProgressBar Start(string title, long total, string unit) => this;

    public void Advance(long by)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>Bars on stderr; where that is no terminal, a line every few seconds.</summary>
internal sealed class ConsoleProgress(IAnsiConsole console) : IProgressBoard
{
    public static ConsoleProgress OnError() => new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    public IProgressBar Start(string title, long total, string unit) => new Bar(console, title, total, unit);

    /// <summary>Spectre draws a set of bars inside one call; measurements start theirs one after another, so each line draws itself.</summary>
    private sealed class Bar(IAnsiConsole console, string title, long total, string unit) : IProgressBar
    {
        private const int Width = 30;

        private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(250);
        private static readonly TimeSpan PrintEvery = TimeSpan.FromSeconds(5);

        private readonly Lock _lock = new();
        private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
        private TimeSpan _drawnAt = TimeSpan.Zero;
        private long _done;

        public void Advance(long by)
        {
            lock (_lock)
            {
                _done += by;
                if (_watch.Elapsed - _drawnAt < (console.Profile.Out.IsTerminal ? DrawEvery : PrintEvery)) return;

                _drawnAt = _watch.Elapsed;
                Draw();
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                if (console.Profile.Out.IsTerminal && _drawnAt > TimeSpan.Zero) console.Profile.Out.Writer.Write("\r\u001b[2K");
            }
        }

        private void Draw()
        {
            var line = ProgressText.Describe(title, _done, total, unit, _watch.Elapsed);
            if (!console.Profile.Out.IsTerminal)
            {
                console.Profile.Out.Writer.WriteLine(line);
                return;
            }

            var filled = total > 0 ? (int)Math.Clamp(_done * Width / total, 0, Width) : 0;
            console.Profile.Out.Writer.Write($"\r\u001b[2K[{new string('#', filled)}{new string('.', Width - filled)}] {line}");
        }
    }
}
