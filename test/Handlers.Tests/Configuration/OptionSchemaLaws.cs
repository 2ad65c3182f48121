using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Configuration;

public class OptionSchemaLaws
{
    private static readonly string[] Groups = ["search", "core", "Search"];

    private static readonly string[] Texts =
        ["", " ", "none", "true", "0", "1", "7", "0.25", "-1", "1e9", "00:00:05", "00:00:00.1", "1.00:00:00", "5.00:00:00", "24:00:00", "30", "30s",
         "99999999999999999999 d", "Constant", "429, 503", "5xx", "-501", "500-504", "10/second",
         "POST /a/*", "text/x", "64MB", "20%", "…", "1:30", ":", "::", "0,2", "\0"];

    [Fact]
    public void A_copy_equals_its_original() => Check(options =>
        OptionSchema.AreEqual(OptionSchema.Clone(options), options) && !OptionSchema.Differences(options, OptionSchema.Clone(options)).Any());

    [Fact]
    public void A_copy_shares_nothing_with_its_original() => Check(options =>
    {
        ResilienceHandlersOptions copy = OptionSchema.Clone(options);
        foreach (Option option in OptionSchema.OptionsOf(copy))
        {
            option.Copy(new ResilienceHandlersOptions { Enabled = false, Retry = { MaxRetries = 99 } }, copy);
        }

        return OptionSchema.AreEqual(options, OptionSchema.Clone(options)) && OptionSchema.Differences(options, copy).Any();
    });

    [Fact]
    public void Equality_is_what_no_option_differs_in() => Prop
        .ForAll(Options(), Options(), (a, b) => OptionSchema.AreEqual(a, b) == OptionSchema.AreEqual(b, a)
            && (!OptionSchema.AreEqual(a, b) || !OptionSchema.Differences(a, b).Any()))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Composing_never_throws_and_accepts_only_what_is_in_range() => Prop
        .ForAll(Settings(), settings =>
        {
            IConfigurationRoot root = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
            Composition composition = OptionsComposer.Compose(Layers.For("x", root.GetSection("ResilienceHandlers")));
            return OptionSchema.OptionsOf(composition.Options).All(option => option.Check(composition.Options) is null);
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Composing_never_throws_on_arbitrary_text() => Prop
        .ForAll(ArbMap.Default.ArbFor<string>(), Gen.Elements(OptionSchema.Options.AsEnumerable()).ToArbitrary(), (text, option) =>
        {
            Composition composition = OptionsComposer.Compose(Layers.For("x", ($"ResilienceHandlers:Clients:x:{option.Path}", text)));
            return composition.Errors.All(error => error.StartsWith("ResilienceHandlers:Clients:x:", StringComparison.Ordinal));
        })
        .QuickCheckThrowOnFailure();

    private static void Check(Func<ResilienceHandlersOptions, bool> law) => Prop.ForAll(Options(), law).QuickCheckThrowOnFailure();

    private static Arbitrary<ResilienceHandlersOptions> Options() => Settings().Generator.Select(settings =>
    {
        var options = new ResilienceHandlersOptions();
        IConfigurationRoot root = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        OptionsBinder.Bind(root.GetSection("ResilienceHandlers:Clients:x"), Layer.Generic, options, new Origins(), []);
        return options;
    }).ToArbitrary();

    private static Arbitrary<Dictionary<string, string?>> Settings()
    {
        IEnumerable<string> paths = OptionSchema.Options.Select(option => option.Path)
            .Concat(Groups.SelectMany(group => OptionSchema.KeysOf("Pacing:Groups:x").Select(key => $"Pacing:Groups:{group}:{key}")))
            .Concat(["Retry", "Pacing:Groups", "Pacing:Groups:0", "Nonsense", "Retry:RetryOn:0", "Retry:MaxRetries:Deeper"]);
        Gen<(string Path, string Text)> setting = Gen.Elements(paths).SelectMany(_ => Gen.Elements(Texts), (path, text) => (path, text));
        return setting.ListOf()
            .Select(all => all.DistinctBy(one => one.Path, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(one => $"ResilienceHandlers:Clients:x:{one.Path}", string? (one) => one.Text, StringComparer.Ordinal))
            .ToArbitrary();
    }
}
