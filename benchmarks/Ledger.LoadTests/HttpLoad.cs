using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ledger.Contracts.V1;

namespace Ledger.LoadTests;

/// <summary>
/// The whole system: a server process of its own on a fresh folder, phones in this process that each play one payment after another
/// (create, authorise, complete) over HTTP, with the simulated acquirer answering at once.
/// </summary>
internal static class HttpLoad
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var payments = arguments.Number("--payments", 2_000);
        var phoneCount = arguments.Number("--phones", 24);
        var rounds = arguments.Number("--rounds", 3);
        Report.PrintMachine();

        await using var server = await ServerProcess.StartAsync(arguments.Text("--host"));
        var phones = await LoadShop.OpenAsync(server, phoneCount);
        await PlayAsync(phones, Math.Min(payments, 300), []);
        for (var round = 1; round <= rounds; round++)
        {
            var report = new Report($"Whole payments over HTTP, {phoneCount} phones; round {round}");
            await FloorAsync(report, server, phoneCount, payments * 3);
            await MeasureAsync(report, phones, payments);
            report.Print();
        }

        return 0;
    }

    private static async Task FloorAsync(Report report, ServerProcess server, int callers, int requests)
    {
        var latencies = new double[requests];
        var next = -1;
        using var http = new HttpClient { BaseAddress = server.Address };
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < requests)
            {
                var start = Stopwatch.GetTimestamp();
                using var response = await http.GetAsync("/health/live");
                response.EnsureSuccessStatusCode();
                latencies[number] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }));
        report.Add("GET /health/live (three make a payment's floor)", Stopwatch.GetElapsedTime(begin).TotalSeconds, latencies);
    }

    private static async Task MeasureAsync(Report report, IReadOnlyList<LoadPhone> phones, int payments)
    {
        var steps = new ConcurrentDictionary<string, ConcurrentBag<double>>(StringComparer.Ordinal);
        var begin = Stopwatch.GetTimestamp();
        await PlayAsync(phones, payments, steps);
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        foreach (var step in LoadPhone.Steps) report.Add(step, seconds, [.. steps[step]]);
    }

    private static Task PlayAsync(IReadOnlyList<LoadPhone> phones, int payments, ConcurrentDictionary<string, ConcurrentBag<double>> steps)
    {
        var left = payments;
        return Task.WhenAll(phones.Select(async phone =>
        {
            while (Interlocked.Decrement(ref left) >= 0) await phone.PayAsync(steps);
        }));
    }
}

/// <summary>One merchant with as many terminals as there are phones.</summary>
internal static class LoadShop
{
    public static async Task<IReadOnlyList<LoadPhone>> OpenAsync(ServerProcess server, int phones)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        var bank = new Caller(http, await server.AddStaffAsync());
        var rate = new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500);
        var contract = new RequestContract(
            "load-merchant", "Load SARL", new Acceptor("LOAD", "75009 PARIS", "1234567", "30003", "12345678200010"), "LOADACCOUNT0001", CalendarName.FranceAndT2,
            new PriceList(new DateOnly(2026, 1, 1), 99_000, 200, 0, [rate]), StripeAccepted: false, [CardBrand.Cb]);
        await bank.PostAsync<RequestContract, DoneReply>("/v1/bank/contracts", contract);
        await bank.PostAsync<AcceptContract, DoneReply>("/v1/bank/contracts/load-merchant/accept", new AcceptContract());
        var letter = await bank.PostAsync<SetCredentials, CredentialsReply>("/v1/bank/merchants/load-merchant/credentials", new SetCredentials("load.merchant"));

        var opened = new List<LoadPhone>();
        for (var number = 1; number <= phones; number++)
        {
            var serial = string.Create(CultureInfo.InvariantCulture, $"LOAD{number:0000}");
            await bank.PostAsync<RegisterTerminal, DoneReply>("/v1/bank/terminals", new RegisterTerminal(serial, "Load reader", AcceptanceCountry.France, number));
            var activation = await new Caller(http, null).PostAsync<ActivationRequest, ActivationReply>("/v1/activation", new ActivationRequest(letter.Identifier, letter.Password, serial, LinkedSerial: serial));
            opened.Add(new LoadPhone(new Caller(new HttpClient { BaseAddress = server.Address }, activation.DeviceToken), number));
        }

        return opened;
    }
}
