using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ledger.Hosting.Composition;

/// <summary>What every web server of the command has in common.</summary>
internal static class Listening
{
    /// <summary>Where to listen, separated by « ; », as the framework wants it.</summary>
    public static string[] Split(string urls) => urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The first address that it listens on, once it does.</summary>
    public static string FirstUrl(this WebApplication web) => web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Returns when the process is told to stop.</summary>
    public static async Task WaitForStopAsync(this WebApplication web, CancellationToken cancellation)
    {
        try
        {
            await web.WaitForShutdownAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM: the way to stop a server.
        }
    }

    /// <summary>Another program listens there.</summary>
    public static bool IsPortTaken(Exception fault) => fault is IOException { InnerException: AddressInUseException };
}
