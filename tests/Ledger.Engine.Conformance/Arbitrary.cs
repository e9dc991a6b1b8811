using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Engine.Conformance;

/// <summary>
/// Makes a value of any type that states and commands are made of, with chance in every member: what is left out, or mixed up with its neighbour, then shows. Members that
/// a constructor does not take, but that can be set, are set.
/// </summary>
public sealed class Arbitrary(Random random)
{
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";

    private static readonly MethodInfo ListMaker = typeof(Arbitrary).GetMethod(nameof(ListOf), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static readonly NullabilityInfoContext Nullability = new();

    public object Make(Type type)
    {
        if (type == typeof(string)) return Text(1, 16) + (random.Next(2) == 0 ? "é" : "");
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(int)) return random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(200);
        if (type == typeof(long)) return random.NextInt64(long.MinValue, long.MaxValue);
        if (type == typeof(Guid)) return Id();
        if (type == typeof(Money)) return new Money(random.NextInt64(long.MaxValue), random.Next(2) == 0 ? Currency.Eur : new Currency("CHF"));
        if (type == typeof(Instant)) return NodaConstants.UnixEpoch + Duration.FromNanoseconds(random.NextInt64(long.MinValue, long.MaxValue));
        if (type == typeof(LocalDate)) return new LocalDate(random.Next(1, 9999), random.Next(1, 13), random.Next(1, 29));
        if (type == typeof(MerchantId)) return new MerchantId(Text(3, 32).ToLower(CultureInfo.InvariantCulture));
        if (type == typeof(TerminalSerial)) return new TerminalSerial(Text(6, 20));
        if (type == typeof(CardToken)) return new CardToken(Text(8, 64));
        if (type == typeof(LastFour)) return new LastFour($"{random.Next(10_000):0000}");
        if (type == typeof(AuthorisationCode)) return new AuthorisationCode(Text(1, 6));
        if (type == typeof(ResponseCode)) return new ResponseCode(Text(2, 2));
        if (type == typeof(ImmutableDictionary<RefundId, Refund>)) return Several<Refund>().ToImmutableDictionary(static refund => refund.Id);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>)) return ListMaker.MakeGenericMethod(type.GenericTypeArguments).Invoke(this, [])!;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length))!;
        return Built(type);
    }

    private object Built(Type type)
    {
        var constructor = type.GetConstructors().Single();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(Argument)]);
        var taken = constructor.GetParameters().Select(static parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && !taken.Contains(property.Name))) property.SetValue(made, OrNull(property.PropertyType));
        return made;
    }

    private object? Argument(ParameterInfo parameter) =>
        Nullability.Create(parameter).WriteState == NullabilityState.Nullable ? OrNull(parameter.ParameterType) : Make(parameter.ParameterType);

    private object? OrNull(Type type) => random.Next(2) == 0 ? null : Make(Nullable.GetUnderlyingType(type) ?? type);

    private ValueList<T> ListOf<T>() => new([.. Several<T>()]);

    private IEnumerable<T> Several<T>() => Enumerable.Range(0, random.Next(4)).Select(_ => (T)Make(typeof(T))).ToArray();

    private string Text(int min, int max) => new([.. Enumerable.Range(0, random.Next(min, max + 1)).Select(_ => Letters[random.Next(Letters.Length)])]);

    private Guid Id()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
