using System.Text;

namespace Ledger.Projections.Storage;

/// <summary>A query's conditions with their parameters, in order. Texts are ours; what callers say is always a parameter.</summary>
internal sealed class SqlText
{
    private readonly StringBuilder _where = new();
    private readonly List<SqlValue> _parameters = [];

    public IReadOnlyList<SqlValue> Parameters => _parameters;

    /// <summary>« WHERE … », or nothing.</summary>
    public string Where => _where.Length == 0 ? "" : $" WHERE {_where}";

    public SqlText And(string condition, params ReadOnlySpan<SqlValue> parameters)
    {
        if (_where.Length > 0) _where.Append(" AND ");
        _where.Append(condition);
        return With(parameters);
    }

    /// <summary>Adds the condition when there is a value.</summary>
    public SqlText AndIf(string condition, SqlValue? parameter) => parameter is { } value ? And(condition, value) : this;

    /// <summary>Parameters of what follows the conditions.</summary>
    public SqlText With(params ReadOnlySpan<SqlValue> parameters)
    {
        _parameters.AddRange(parameters);
        return this;
    }
}
