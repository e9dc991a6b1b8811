namespace Ledger.Hosting.CommandLine;

/// <summary>What the `ledger` command answers to the shell. Scripts rely on the numbers: append, never reuse.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A fault of ours; the message on stderr says what is known of it.</summary>
    public const int Unexpected = 1;

    /// <summary>The command line, a setting or a name in it is wrong. Nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The folder cannot be used as asked: another program's file, another version's, or another host has it. Nothing was changed.</summary>
    public const int Refused = 3;

    /// <summary>What is stored is not what was written; the message names the first bad event.</summary>
    public const int Corrupt = 4;

    /// <summary>Something outside is missing for now: the disk is full, the port is taken. Try again when it is there.</summary>
    public const int Unavailable = 5;

    /// <summary>A simulated run broke an invariant: a finding, in us and not in the user's files. The message names it and says how to replay it.</summary>
    public const int InvariantBroken = 6;

    /// <summary>Stopped by the user (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>For --help; README has the same table.</summary>
    public const string Help =
        """
        Exit codes: 0 done; 1 unexpected error; 2 wrong command line, setting or name; 3 refused (another program's or version's file, or a second host
        on one folder), nothing was changed; 4 corrupt: what is stored is not what was written; 5 unavailable (disk full, port taken); 6 a simulated run broke an
        invariant; 130 interrupted.
        """;
}
