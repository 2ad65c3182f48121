using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Handlers.Packages.Tests;

/// <summary>
/// The public and protected surface of an assembly as text: a line per type, ordered by name, and below it, indented, a line per member that it declares. What a
/// record's compiler adds is told by the word record alone.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static string[] Of(Assembly assembly) =>
    [
        .. assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => (string[])[HeaderOf(type), .. MembersOf(type).Select(member => $"    {member}")]),
    ];

    private static string HeaderOf(Type type)
    {
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => $"{(IsReadOnly(type) ? "readonly " : "")}{(type.IsByRefLike ? "ref " : "")}{(IsRecord(type) ? "record " : "")}struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => $"{(type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(IsRecord(type) ? "record " : "")}class",
        };
        Type[] inherited = type.BaseType?.GetInterfaces() ?? [];
        IEnumerable<Type> interfaces = type.GetInterfaces().Where(one => one.IsPublic);
        IEnumerable<string> bases = type.IsEnum
            ? [TypeText.Of(Enum.GetUnderlyingType(type))]
            : (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [TypeText.Of(parent)] : Enumerable.Empty<string>())
                .Concat(interfaces.Except(inherited).Select(TypeText.Of).Order(StringComparer.Ordinal));
        string basesText = string.Join(", ", bases);
        return $"{Attributes(type)}{kind} {type.Namespace}.{TypeText.Of(type)}{(basesText.Length > 0 ? $" : {basesText}" : "")}";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        }

        IEnumerable<string> constructors = type.GetConstructors(Declared).Where(IsVisible).Where(IsWritten)
            .Select(one => $"{Attributes(one)}{Access(one)}{TypeText.NameOf(type)}({Parameters(one)})");
        IEnumerable<(string Name, string Text)> fields = type.GetFields(Declared).Where(one => one.IsPublic || one.IsFamily || one.IsFamilyOrAssembly)
            .Select(one => (one.Name, Field(one)));
        IEnumerable<(string Name, string Text)> properties = type.GetProperties(Declared).Where(one => Accessors(one).Length > 0).Where(IsWritten)
            .Select(one => (one.Name, Property(one)));
        IEnumerable<(string Name, string Text)> events = type.GetEvents(Declared).Where(one => IsVisible(one.AddMethod!))
            .Select(one => (one.Name, $"{Modifiers(one.AddMethod!)}event {TypeText.Of(one.EventHandlerType!)} {one.Name}"));
        IEnumerable<(string Name, string Text)> methods = type.GetMethods(Declared)
            .Where(one => IsVisible(one) && IsWritten(one) && (!one.IsSpecialName || one.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Where(one => one.GetBaseDefinition().DeclaringType is { } first && first != typeof(object) && first != typeof(ValueType))
            .Select(one => (one.Name, Method(one)));
        return constructors.Order(StringComparer.Ordinal)
            .Concat(fields.Concat(properties).Concat(events).Concat(methods)
                .OrderBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.Text, StringComparer.Ordinal)
                .Select(one => one.Text));
    }

    private static string Field(FieldInfo field)
    {
        string kind = field.IsLiteral ? "const " : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        string value = field.IsLiteral ? $" = {Literal(field.GetRawConstantValue(), field.FieldType)}" : "";
        return $"{(field.IsPublic ? "" : "protected ")}{kind}{TypeText.Of(Nullability.Create(field))} {field.Name}{value}";
    }

    private static string Property(PropertyInfo property)
    {
        MethodInfo[] accessors = Accessors(property);
        MethodInfo widest = accessors.FirstOrDefault(one => one.IsPublic) ?? accessors[0];
        string parameters = string.Join(", ", property.GetIndexParameters().Select(Parameter));
        string bodies = string.Concat(accessors.Select(one =>
            $"{(one.IsPublic == widest.IsPublic ? "" : "protected ")}{(one == property.GetMethod ? "get" : IsInit(one) ? "init" : "set")}; "));
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Attributes(property)}{Modifiers(widest)}{required}{TypeText.Of(Nullability.Create(property))} {(parameters.Length > 0 ? $"this[{parameters}]" : property.Name)} {{ {bodies}}}";
    }

    private static string Method(MethodInfo method)
    {
        string generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeText.Of))}>" : "";
        string constraints = string.Concat(method.IsGenericMethodDefinition
            ? method.GetGenericArguments().SelectMany(one => one.GetGenericParameterConstraints().Select(bound => $" where {one.Name} : {TypeText.Of(bound)}"))
            : []);
        string extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{Attributes(method)}{Modifiers(method)}{TypeText.Of(Nullability.Create(method.ReturnParameter))} {method.Name}{generic}({extension}{Parameters(method)}){constraints}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string passing = parameter switch
        {
            { ParameterType.IsByRef: false } => parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "",
            { IsOut: true } => "out ",
            { IsIn: true } => "in ",
            _ => "ref ",
        };
        string fallback = parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue, parameter.ParameterType)}" : "";
        return $"{passing}{TypeText.Of(Nullability.Create(parameter))} {parameter.Name}{fallback}";
    }

    private static string Literal(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ when type.IsEnum => $"{type.Name}.{Enum.GetName(type, value) ?? value}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Modifiers(MethodInfo method)
    {
        string inheritance = method switch
        {
            { IsStatic: true } => method.IsAbstract ? "static abstract " : "static ",
            { DeclaringType.IsInterface: true } => method.IsAbstract ? "" : "virtual ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true } when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
        return $"{Access(method)}{inheritance}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "" : method.IsFamilyAndAssembly ? "private protected " : "protected ";

    /// <summary>What tools and compilers act upon. Required members and ref structs are marked obsolete for compilers that do not know them; that is no mark of ours.</summary>
    private static string Attributes(MemberInfo member)
    {
        string obsolete = member.IsDefined(typeof(ObsoleteAttribute)) && !member.IsDefined(typeof(CompilerFeatureRequiredAttribute)) ? "[Obsolete] " : "";
        string flags = member.IsDefined(typeof(FlagsAttribute)) ? "[Flags] " : "";
        string hidden = member.GetCustomAttribute<EditorBrowsableAttribute>()?.State == EditorBrowsableState.Never ? "[Hidden] " : "";
        return obsolete + flags + hidden;
    }

    private static MethodInfo[] Accessors(PropertyInfo property) => [.. property.GetAccessors(nonPublic: true).Where(IsVisible).OrderBy(one => one != property.GetMethod)];

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsWritten(MemberInfo member) => !member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static bool IsReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute));

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true;

    private static NullabilityInfoContext Nullability { get; } = new();
}
