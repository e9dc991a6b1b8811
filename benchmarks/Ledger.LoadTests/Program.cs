using Ledger.LoadTests;

if (args is ["engine", .. var engine]) return await EngineLoad.RunAsync(Arguments.Parse(engine));
if (args is ["http", .. var http]) return await HttpLoad.RunAsync(Arguments.Parse(http));

await Console.Error.WriteLineAsync(
    """
    Load tests; run them in Release on a machine that does nothing else.

      dotnet run -c Release --project benchmarks/Ledger.LoadTests -- engine [--commands 50000] [--rounds 3] [--folder <dir>]
      dotnet run -c Release --project benchmarks/Ledger.LoadTests -- http [--payments 2000] [--phones 24] [--rounds 3] [--host <ledger.dll>]

    engine: the embedded engine on SQLite with 1, 64 and 1024 callers that each wait for their reply, beside a write + fdatasync of 4 KiB.
    http: a real server process, phones that create, authorise and complete, beside GET /health/live of the same server.
    """);
return 2;
