using Microsoft.Extensions.Logging;

namespace Ledger.Cluster.Messages;

/// <summary>Warnings and errors as lines of text. Any thread.</summary>
internal sealed class ErrorLines(TextWriter output) : ILoggerProvider
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    public ILogger CreateLogger(string categoryName) => new Lines(_output, categoryName);

    public void Dispose() => _output.Flush();

    private sealed class Lines(TextWriter output, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Warning or LogLevel.Error or LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;

            // Of an exception its kind: what a database or a broker says may repeat a value.
            var cause = exception is null ? "" : $" ({exception.GetType().Name})";
            output.WriteLine($"{(logLevel == LogLevel.Warning ? "warning" : "error")} {category}: {formatter(state, exception).ReplaceLineEndings(" ")}{cause}");
        }
    }
}
