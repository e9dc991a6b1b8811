return await Ledger.LoadTests.CommandLine.LoadCommands.RunAsync(args);
