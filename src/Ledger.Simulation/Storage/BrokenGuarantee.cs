namespace Ledger.Simulation.Storage;

/// <summary>A promise that is broken on purpose, so that tests see the simulation find it. Only tests can ask for one.</summary>
internal enum BrokenGuarantee
{
    None = 1,

    /// <summary>A commit is acknowledged before it is on the disk; a crash takes it back.</summary>
    AcknowledgesBeforeDurable = 2,

    /// <summary>Neither the fence nor expected versions: two servers write one stream, and both win.</summary>
    IgnoresOtherWriters = 3,

    /// <summary>Command records do not survive a restart: a retry has a second effect.</summary>
    ForgetsCommandsAtRestart = 4,

    /// <summary>Nobody follows up what was cut off between question and answer.</summary>
    DoesNotFollowUp = 5,
}
