using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Host.Demo;

/// <param name="Folder">New or empty.</param>
/// <param name="Port">0 takes any free one.</param>
/// <param name="Exit">End when everything was shown.</param>
/// <param name="Day">The trading day; null for the last open day whose credit date is past.</param>
internal sealed record DemoOptions(LedgerFolder Folder, int Port, bool Exit, ulong Seed, int Sales, LocalDate? Day);
