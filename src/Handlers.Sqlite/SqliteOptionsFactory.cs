using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Handlers.Sqlite;

/// <summary>Begins with the section; what code says comes after it, whether by <c>AddSqliteStore(…)</c> or by <c>services.Configure&lt;SqliteStoreOptions&gt;(…)</c>.</summary>
internal sealed class SqliteOptionsFactory(
    IConfiguration? configuration,
    IEnumerable<IConfigureOptions<SqliteStoreOptions>> configure,
    IEnumerable<IPostConfigureOptions<SqliteStoreOptions>> postConfigure,
    IEnumerable<IValidateOptions<SqliteStoreOptions>> validate)
    : OptionsFactory<SqliteStoreOptions>(configure, postConfigure, validate)
{
    protected override SqliteStoreOptions CreateInstance(string name) => SqliteSection.Read(configuration);
}
