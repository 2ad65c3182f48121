using System.Reflection;

namespace Handlers.Packages.Tests;

/// <summary>Types as C# writes them, without their namespaces.</summary>
internal static class TypeText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type) => Text(type, null);

    /// <summary>With a question mark where null may come out or go in.</summary>
    public static string Of(NullabilityInfo nullability)
    {
        string text = Text(nullability.Type, nullability);
        bool mayBeNull = nullability.ReadState == NullabilityState.Nullable || nullability.WriteState == NullabilityState.Nullable;
        return mayBeNull && !text.EndsWith('?') ? text + "?" : text;
    }

    public static string NameOf(Type type) => type.Name.Split('`')[0];

    private static string Text(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return Text(type.GetElementType()!, nullability);
        }

        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return (nullability?.ElementType is { } element ? Of(element) : Of(type.GetElementType()!)) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Of(value) + "?";
        }

        string name = type.IsNested && !type.IsGenericParameter ? $"{NameOf(type.DeclaringType!)}.{NameOf(type)}" : NameOf(type);
        if (!type.IsGenericType)
        {
            return name;
        }

        NullabilityInfo[] nullable = nullability?.GenericTypeArguments ?? [];
        Type[] arguments = type.GetGenericArguments();
        IEnumerable<string> texts = arguments.Select((argument, i) => nullable.Length == arguments.Length ? Of(nullable[i]) : Of(argument));
        return type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true ? $"({string.Join(", ", texts)})" : $"{name}<{string.Join(", ", texts)}>";
    }
}
