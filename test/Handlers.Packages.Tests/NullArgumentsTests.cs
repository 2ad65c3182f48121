using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Packages.Tests;

/// <summary>What may not be null is refused where it is given, with its name, and not with a null reference from deep inside.</summary>
public sealed class NullArgumentsTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    [Theory]
    [InlineData("Handlers", 30)]
    [InlineData("Handlers.AspNetCore", 3)]
    [InlineData("Handlers.Sqlite", 3)]
    [InlineData("Handlers.Testing", 15)]
    [InlineData("Handlers.Testing.Hosting", 1)]
    public void Are_refused_by_name(string package, int atLeast)
    {
        List<string> accepted = [];
        int tried = 0;
        foreach (MethodBase method in Assembly.Load(package).GetExportedTypes().Where(HoldsNoValues).SelectMany(MembersOf))
        {
            object? target = method is ConstructorInfo || method.IsStatic ? null : Sample(method.DeclaringType!);
            foreach (ParameterInfo parameter in method.GetParameters().Where(MayNotBeNull))
            {
                if (target is null && method is MethodInfo { IsStatic: false })
                {
                    continue;
                }

                tried++;
                object?[] given = [.. method.GetParameters().Select(p => p == parameter ? null : p.HasDefaultValue ? p.DefaultValue : Sample(p.ParameterType))];
                if (Thrown(method, target, given) is not ArgumentException refusal || refusal.ParamName is null)
                {
                    accepted.Add($"{method.DeclaringType!.Name}.{method.Name}: {parameter.Name}");
                }
            }
        }

        accepted.ShouldBeEmpty();
        tried.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    /// <summary>Records and structures hold what they are given.</summary>
    private static bool HoldsNoValues(Type type) => !type.IsInterface && !type.IsValueType && type.GetMethod("<Clone>$") is null;

    private static IEnumerable<MethodBase> MembersOf(Type type) =>
        type.GetConstructors().Where(_ => !type.IsAbstract)
            .Concat<MethodBase>(type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => !method.IsSpecialName && !method.IsAbstract && !method.ContainsGenericParameters))
            .Where(method => !Array.Exists(method.GetParameters(), parameter => parameter.ParameterType.IsByRefLike));

    private static bool MayNotBeNull(ParameterInfo parameter) =>
        !(parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType).IsValueType
        && Nullability.Create(parameter).WriteState == NullabilityState.NotNull;

    private static Exception? Thrown(MethodBase method, object? target, object?[] given)
    {
        try
        {
            object? result = method is ConstructorInfo constructor ? constructor.Invoke(given) : method.Invoke(target, given);
            (result as Task)?.GetAwaiter().GetResult();
            (result as IDisposable)?.Dispose();
            return null;
        }
        catch (TargetInvocationException failure)
        {
            return failure.InnerException;
        }
        catch (ArgumentException failure)
        {
            return failure;
        }
    }

    private static object? Sample(Type type) =>
        type == typeof(string) ? "x"
        : type == typeof(Uri) ? new Uri("https://api.example/")
        : type == typeof(HttpMessageHandler) ? new HttpClientHandler()
        : type == typeof(TimeProvider) ? TimeProvider.System
        : type == typeof(HttpRequestMessage) ? new HttpRequestMessage(HttpMethod.Get, "https://api.example/")
        : type == typeof(IServiceCollection) ? new ServiceCollection()
        : type == typeof(IHttpClientBuilder) ? new ServiceCollection().AddHttpClient("x")
        : type.IsByRef ? Sample(type.GetElementType()!)
        : type.IsValueType || (!type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null) ? Activator.CreateInstance(type)
        : null;
}
