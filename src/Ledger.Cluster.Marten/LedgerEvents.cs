using System.Data.Common;
using System.Text;
using JasperFx.Events;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Marten;
using Marten.Services.Json.Transformations;

namespace Ledger.Cluster.Marten;

/// <summary>For a team's own Marten store over the log: its projections then get the classes of Ledger.Domain.</summary>
public static class LedgerEvents
{
    /// <summary>
    /// Points the store's events at the log and maps every stored type, the shapes that are no longer written too, to today's class, which projections take in their
    /// Apply methods. The team's documents stay where its store has them. It is to read only: give its user no right to change the schema
    /// <see cref="MartenLogSchema.Name"/>, but to write the progress of its projections there (<c>mt_event_progression</c>).
    /// </summary>
    /// <param name="options">Of the team's store, not built yet.</param>
    /// <param name="codec">Knows the stored types; <see cref="EventCodec.Default"/> is the product's.</param>
    public static void UseLedgerEvents(this StoreOptions options, EventCodec codec)
    {
        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.DatabaseSchemaName = MartenLogSchema.Name;
        // As the log's own store has it, for Marten makes its functions by it: a store that may change the schema then finds nothing to change.
        options.Events.AppendMode = EventAppendMode.Rich;
        foreach (var name in codec.Names)
        {
            var type = codec.ClassOf(name);
            // By the first, Marten knows the class's stored name; by the second, it reads what is stored under a name.
            if (codec.NameOf(type) == name) options.Events.MapEventType(type, name);
            options.Events.Upcast(type, name, new JsonTransformation((_, row, column) => Read(codec, name, row, column)));
        }
    }

    private static object Read(EventCodec codec, string name, DbDataReader row, int column) => codec.Decode(name, Encoding.UTF8.GetBytes(row.GetString(column)));
}
