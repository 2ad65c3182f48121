using System.Reflection;

namespace Handlers.Tests.Architecture;

/// <summary>What the compiled assembly may refer to: folders are namespaces, so a folder's private types tell where they live.</summary>
public sealed class DependencyTests
{
    private static readonly string[] HandlerFolders = ["Retry", "CircuitBreaker", "Pacing", "AttemptTimeout", "RateLimit", "ResponseCaching", "Idempotency", "Fallback"];
    private static readonly Assembly Suite = typeof(ResilienceHandlers).Assembly;

    [Fact]
    public void No_handler_folder_uses_another()
    {
        string root = RepositoryRoot();
        List<string> wrong = [];
        foreach (string folder in HandlerFolders)
        {
            string path = Path.Combine(root, "src", "Handlers", folder);
            foreach (string file in Directory.Exists(path) ? Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories) : [])
            {
                string code = File.ReadAllText(file);
                wrong.AddRange(HandlerFolders
                    .Where(other => other != folder && code.Contains($"using Handlers.{other};", StringComparison.Ordinal))
                    .Select(other => $"{Path.GetFileName(file)} uses Handlers.{other}"));
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void The_quota_ledger_knows_no_handler_and_no_http()
    {
        foreach (Type type in Suite.GetTypes().Where(t => t.Namespace == "Handlers.Quotas"))
        {
            IEnumerable<Type> used = type.GetFields(All).Select(f => f.FieldType)
                .Concat(type.GetProperties(All).Select(p => p.PropertyType))
                .Concat(type.GetMethods(All).SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType)));

            used.ShouldAllBe(u => !typeof(DelegatingHandler).IsAssignableFrom(u) && u.Namespace != "System.Net.Http", type.Name);
        }
    }

    [Fact]
    public void Nobody_but_the_provider_table_names_a_concrete_provider()
    {
        string root = Path.Combine(RepositoryRoot(), "src", "Handlers");
        string[] names = [.. Suite.GetTypes().Where(t => t.IsSubclassOf(typeof(Provider)) && !t.IsAbstract).Select(t => t.Name)];

        foreach (string file in Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            if (name is "ProviderTable" || names.Contains(name))
            {
                continue;
            }

            string code = File.ReadAllText(file);
            names.ShouldAllBe(provider => !code.Contains(provider, StringComparison.Ordinal), file);
        }

        names.ShouldNotBeEmpty();
    }

    [Fact]
    public void No_handler_holds_state_a_timer_or_a_subscription()
    {
        foreach (Type handler in Suite.GetTypes().Where(t => t.IsSubclassOf(typeof(ChainedHandler))))
        {
            handler.GetFields(All | BindingFlags.DeclaredOnly).Where(f => !f.IsStatic).ShouldAllBe(f => f.IsInitOnly, handler.Name);
            handler.GetFields(All).ShouldAllBe(f => !typeof(ITimer).IsAssignableFrom(f.FieldType), handler.Name);
        }
    }

    [Fact]
    public void The_public_surface_stays_small() => Suite.GetExportedTypes().Length.ShouldBeLessThanOrEqualTo(67);

    internal static string RepositoryRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Handlers.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at ?? throw new InvalidOperationException("Handlers.sln is above no folder of the test's output.");
    }

    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
}
