using System.Reflection;
using System.Runtime.CompilerServices;
using Ledger.Domain;
using Ledger.Domain.Remittances;
using Ledger.Testing;

namespace Ledger.Architecture.Tests;

/// <summary>What makes the rules pure and closed: see specs/architecture.md, Streams and deciders.</summary>
public class DomainShapeTests
{
    /// <summary>A remittance is named by what it is of: its merchant and its day.</summary>
    private static readonly Type[] IdsWithMoreFields = [typeof(RemittanceId)];

    private static readonly Type[] Types = [.. typeof(Money).Assembly.GetTypes().Where(static type => !type.IsDefined(typeof(CompilerGeneratedAttribute)))];

    [Fact]
    public void Domain_uses_only_NodaTime_and_the_base_class_library()
    {
        var outside = typeof(Money).Assembly.GetReferencedAssemblies().Select(static assembly => assembly.Name!)
            .Where(static name => name != "NodaTime" && name != "netstandard" && !name.StartsWith("System.", StringComparison.Ordinal));

        Assert.Empty(outside);
    }

    /// <summary>A private constructor does not close a record: its copy constructor is protected. This does.</summary>
    [Fact]
    public void Domain_cases_are_sealed_records_nested_in_their_base()
    {
        var offenders = Types
            .Where(static type => type.BaseType is { IsAbstract: true } parent && parent.Assembly == typeof(Money).Assembly)
            .Where(static type => !type.IsSealed || type.DeclaringType != type.BaseType)
            .Select(static type => type.FullName);

        Assert.Empty(offenders);
    }

    [Fact]
    public void Domain_classes_are_abstract_or_sealed()
    {
        Assert.Empty(Types.Where(static type => type is { IsClass: true, IsAbstract: false, IsSealed: false }).Select(static type => type.FullName));
    }

    [Fact]
    public void Domain_has_no_settable_properties()
    {
        var offenders =
            from type in Types
            from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            where property.SetMethod is { } set && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit))
            select $"{type.FullName}.{property.Name}";

        Assert.Empty(offenders);
    }

    [Fact]
    public void Domain_has_no_public_fields_that_change()
    {
        var offenders =
            from type in Types
            from field in type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            where !field.IsInitOnly && !field.IsLiteral && !type.IsEnum
            select $"{type.FullName}.{field.Name}";

        Assert.Empty(offenders);
    }

    [Fact]
    [Rule("I10")]
    public void Domain_has_no_floating_point_or_decimal_in_public_signatures()
    {
        var offenders =
            from type in Types
            from member in type.GetMembers(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            where SignatureTypes(member).Any(IsFraction)
            select $"{type.FullName}.{member.Name}";

        Assert.Empty(offenders);
    }

    [Fact]
    public void Ids_are_readonly_record_structs_of_one_field()
    {
        var ids = Types.Where(static type => type.IsPublic && type.Name.EndsWith("Id", StringComparison.Ordinal)).ToArray();
        var offenders = ids.Where(static type => !type.IsValueType || !type.IsDefined(typeof(IsReadOnlyAttribute)) || (FieldCount(type) != 1 && !IdsWithMoreFields.Contains(type)));

        Assert.NotEmpty(ids);
        Assert.Empty(offenders.Select(static type => type.FullName));
    }

    [Fact]
    public void Enums_are_numbered_from_one()
    {
        Assert.Empty(Types.Where(static type => type.IsEnum && Enum.GetValues(type).Cast<object>().Any(static value => Convert.ToInt32(value, null) < 1)).Select(static type => type.FullName));
    }

    private static int FieldCount(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length;

    private static IEnumerable<Type> SignatureTypes(MemberInfo member) => member switch
    {
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(static p => p.ParameterType)],
        ConstructorInfo constructor => constructor.GetParameters().Select(static p => p.ParameterType),
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        _ => [],
    };

    private static bool IsFraction(Type type)
    {
        if (type.HasElementType) return IsFraction(type.GetElementType()!);
        if (type.IsGenericType) return type.GetGenericArguments().Any(IsFraction);

        return type == typeof(double) || type == typeof(float) || type == typeof(decimal) || type == typeof(Half);
    }
}
