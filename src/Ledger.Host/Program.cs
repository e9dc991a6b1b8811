return await Ledger.Host.CommandLine.LedgerCommands.RunAsync(args);
