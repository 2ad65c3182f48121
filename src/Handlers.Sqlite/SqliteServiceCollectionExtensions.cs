using Handlers;
using Handlers.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the file that remembers.</summary>
public static class SqliteServiceCollectionExtensions
{
    /// <summary>
    /// Remembers idempotency keys and seen items in one file. <c>ResilienceHandlers:Sqlite</c> in the container's configuration says where; code wins over it, also that of
    /// <c>services.Configure&lt;SqliteStoreOptions&gt;(…)</c>. Calling it twice configures, and never stacks.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options.</param>
    /// <exception cref="InvalidOperationException">Thrown at the first use when the section holds something unknown, or the path is empty.</exception>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.TryAddSingleton<IOptionsFactory<SqliteStoreOptions>>(provider => new SqliteOptionsFactory(
            provider.GetService<IConfiguration>(),
            provider.GetServices<IConfigureOptions<SqliteStoreOptions>>(),
            provider.GetServices<IPostConfigureOptions<SqliteStoreOptions>>(),
            provider.GetServices<IValidateOptions<SqliteStoreOptions>>()));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(provider =>
        {
            SqliteStoreOptions options = provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value;

            // To SQLite an empty name is a file of its own that is gone with the process.
            return string.IsNullOrWhiteSpace(options.Path)
                ? throw new InvalidOperationException("SqliteStoreOptions.Path is empty; name a file, or leave it alone for \"handlers.db\".")
                : options;
        });
        services.TryAddSingleton(provider => new SqliteFile(provider.GetRequiredService<SqliteStoreOptions>().Path));

        // Null where it is switched off: then the clients remember keys in their own memory.
        services.TryAddSingleton<IIdempotencyStore>(provider => provider.GetRequiredService<SqliteStoreOptions>().Idempotency
            ? new SqliteIdempotencyStore(provider.GetRequiredService<SqliteFile>(), TimeOf(provider))
            : null!);
        services.TryAddSingleton<ISeenItems>(provider => provider.GetRequiredService<SqliteStoreOptions>().SeenItems
            ? new SqliteSeenItems(provider.GetRequiredService<SqliteFile>(), TimeOf(provider))
            : new EverythingIsNew());
        return services;
    }

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
