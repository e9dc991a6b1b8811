namespace Ledger.Api.Health;

/// <summary>One thing that must be well before requests are sent here. The composition root registers what the API cannot see, the engine for one.</summary>
public interface IReadyCheck
{
    /// <summary>Short and stable, for instance « engine ».</summary>
    string Name { get; }

    /// <returns>What is wrong and what to do; null when all is well. Quick, and never throws.</returns>
    string? Problem();
}
