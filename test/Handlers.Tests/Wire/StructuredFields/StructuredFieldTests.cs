using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire.StructuredFields;

namespace Handlers.Tests.Wire.StructuredFields;

public class StructuredFieldTests
{
    [Theory]
    [InlineData("42", "Integer 42")]
    [InlineData("-0", "Integer 0")]
    [InlineData("042", "Integer 42")]
    [InlineData("999999999999999", "Integer 999999999999999")]
    [InlineData("-999999999999999", "Integer -999999999999999")]
    [InlineData("1.5", "Decimal 1.5")]
    [InlineData("-0.125", "Decimal -0.125")]
    [InlineData("999999999999.999", "Decimal 999999999999.999")]
    [InlineData("\"\"", "String ")]
    [InlineData("\"a \\\"b\\\" \\\\\"", "String a \"b\" \\")]
    [InlineData("*foo:/!#$%&'+.^_`|~-9", "Token *foo:/!#$%&'+.^_`|~-9")]
    [InlineData("Foo", "Token Foo")]
    [InlineData("::", "ByteSequence ")]
    [InlineData(":aGVsbG8=:", "ByteSequence 68656C6C6F")]
    [InlineData(":aGVsbG8:", "ByteSequence 68656C6C6F")] // padding missing
    [InlineData(":iZ==:", "ByteSequence 89")] // pad bits not zero
    [InlineData(":/+Ah:", "ByteSequence FFE021")]
    [InlineData("?1", "Boolean True")]
    [InlineData("?0", "Boolean False")]
    [InlineData("@-1659578233", "Date -1659578233")]
    [InlineData("%\"f%c3%bc \\ %22%25\"", "DisplayString fü \\ \"%")]
    [InlineData("%\"%ef%bb%bf\"", "DisplayString \uFEFF")]
    [InlineData("   1   ", "Integer 1")]
    [InlineData("a;b;  c=2;b=?0", "Token a;b=Boolean False;c=Integer 2")]
    public void Reads_items(string field, string expected)
    {
        StructuredField.TryParseItem(field, out SfItem? item).ShouldBeTrue();

        Describe(item!).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\t1")]
    [InlineData("1\t")]
    [InlineData("1, 2")]
    [InlineData("1 2")]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("+1")]
    [InlineData("-a")]
    [InlineData("4-2")]
    [InlineData("1000000000000000")]
    [InlineData("0000000000000001")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1..5")]
    [InlineData("1.5.4")]
    [InlineData("1.2345")]
    [InlineData("1000000000000.0")]
    [InlineData("\"a")]
    [InlineData("\"a\\")]
    [InlineData("\"\\a\"")]
    [InlineData("\"a\tb\"")]
    [InlineData("\"a\u007Fb\"")]
    [InlineData("\"ü\"")]
    [InlineData("'a'")]
    [InlineData("a(")]
    [InlineData("aü")]
    [InlineData(":aGVsbG8=")]
    [InlineData(":a:")]
    [InlineData(":=:")]
    [InlineData(":aGVsbG8==:")]
    [InlineData(":aGVs=bG8=:")]
    [InlineData(":=aGVsbG8=:")]
    [InlineData(":aGVs bG8=:")]
    [InlineData(":_-Ah:")]
    [InlineData("?")]
    [InlineData("?2")]
    [InlineData("?T")]
    [InlineData("@")]
    [InlineData("@1.5")]
    [InlineData("@ 1")]
    [InlineData("%")]
    [InlineData("%a\"")]
    [InlineData("%\"a")]
    [InlineData("%\"%C3%BC\"")] // upper case hex
    [InlineData("%\"%c\"")]
    [InlineData("%\"%")]
    [InlineData("%\"%c3%28\"")]
    [InlineData("%\"%a0%a1\"")]
    [InlineData("%\"%ed%a0%80\"")] // an encoded surrogate
    [InlineData("%\"ü\"")]
    [InlineData("%\"\t\"")]
    [InlineData("(1)")]
    [InlineData("a;")]
    [InlineData("a;B=1")]
    [InlineData("a;b=")]
    [InlineData("a;b =1")]
    [InlineData("a;b= 1")]
    [InlineData("a ;b")]
    [InlineData("a;\tb")]
    [InlineData("a;b=(1)")]
    [InlineData("a;1=b")]
    public void Refuses_malformed_items(string field)
    {
        StructuredField.TryParseItem(field, out SfItem? item).ShouldBeFalse();

        item.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("1,2", "Integer 1, Integer 2")]
    [InlineData("1 \t, \t 2", "Integer 1, Integer 2")]
    [InlineData("(  )", "()")]
    [InlineData("( 1  a;b );c, ()", "(Integer 1 Token a;b=Boolean True);c=Boolean True, ()")]
    [InlineData("\"burst\";r=0;t=5,\"daily\";r=900", "String burst;r=Integer 0;t=Integer 5, String daily;r=Integer 900")]
    public void Reads_lists(string field, string expected)
    {
        StructuredField.TryParseList(field, out List<SfMember>? members).ShouldBeTrue();

        Describe(members!).ShouldBe(expected);
    }

    [Theory]
    [InlineData("1,")]
    [InlineData("1, ")]
    [InlineData(",1")]
    [InlineData("1,,2")]
    [InlineData("1;a,")]
    [InlineData("1 2")]
    [InlineData("(")]
    [InlineData("(1")]
    [InlineData("(1 ")]
    [InlineData("(1,2)")]
    [InlineData("(1\t2)")]
    [InlineData("(1\"a\")")]
    [InlineData("((1))")]
    [InlineData("(1))")]
    [InlineData("(1);")]
    [InlineData("\t1")]
    [InlineData("limit=1")]
    public void Refuses_malformed_lists(string field)
    {
        StructuredField.TryParseList(field, out List<SfMember>? members).ShouldBeFalse();

        members.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a=1,b;x=1,c=(1 2);y", "a=Integer 1, b=Boolean True;x=Integer 1, c=(Integer 1 Integer 2);y=Boolean True")]
    [InlineData("a=1,b=2,a=3", "a=Integer 3, b=Integer 2")]
    [InlineData("a , *b_-.*1 = 2", null)]
    [InlineData("a,*b_-.*1=?0", "a=Boolean True, *b_-.*1=Boolean False")]
    [InlineData("a=", null)]
    [InlineData("a= 1", null)]
    [InlineData("A=1", null)]
    [InlineData("1=a", null)]
    [InlineData("a=1,", null)]
    [InlineData("a=1,,b", null)]
    [InlineData("a=1 b=2", null)]
    [InlineData("=1", null)]
    [InlineData("a;", null)]
    public void Reads_dictionaries(string field, string? expected)
    {
        bool parsed = StructuredField.TryParseDictionary(field, out OrderedDictionary<string, SfMember>? members);

        parsed.ShouldBe(expected is not null);
        (members is null ? null : Describe(members)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("0.0005", "0.0")]
    [InlineData("0.0015", "0.002")]
    [InlineData("0.0025", "0.002")]
    [InlineData("-0.0015", "-0.002")]
    [InlineData("-0.0025", "-0.002")]
    [InlineData("-0.0001", "0.0")]
    [InlineData("9.9995", "10.0")]
    [InlineData("1", "1.0")]
    [InlineData("999999999999.9994", "999999999999.999")]
    [InlineData("999999999999.9995", null)]
    [InlineData("1000000000000.1", null)]
    [InlineData("-1000000000000.1", null)]
    [InlineData("79228162514264337593543950335", null)]
    public void Rounds_decimals_half_to_even(string value, string? expected)
    {
        StructuredField.TrySerialize(SfBareItem.OfDecimal(decimal.Parse(value, CultureInfo.InvariantCulture)), out string? field);

        field.ShouldBe(expected);
    }

    [Theory]
    [InlineData(999_999_999_999_999, "999999999999999")]
    [InlineData(1_000_000_000_000_000, null)]
    [InlineData(-1_000_000_000_000_000, null)]
    [InlineData(long.MinValue, null)]
    public void Integers_have_fifteen_digits(long value, string? expected)
    {
        StructuredField.TrySerialize(SfBareItem.OfInteger(value), out string? integer);
        StructuredField.TrySerialize(SfBareItem.OfDate(value), out string? date);

        integer.ShouldBe(expected);
        date.ShouldBe(expected is null ? null : "@" + expected);
    }

    [Theory]
    [InlineData("8e03978e-40d5-43e8-bc93-6894a57f9324", "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"")]
    [InlineData("a \"b\" \\", "\"a \\\"b\\\" \\\\\"")]
    [InlineData("", "\"\"")]
    public void Writes_an_idempotency_key(string key, string expected)
    {
        StructuredField.TrySerialize(SfBareItem.OfString(key), out string? field).ShouldBeTrue();

        field.ShouldBe(expected);
    }

    [Fact]
    public void Writes_a_cache_status()
    {
        SfItem status = new(
            SfBareItem.OfToken("handlers"),
            new SfParameters(("hit", SfBareItem.OfBoolean(true)), ("ttl", SfBareItem.OfInteger(-412)), ("detail", SfBareItem.OfString("a \"b\" \\"))));

        StructuredField.TrySerialize([status, new SfInnerList([status])], out string? field).ShouldBeTrue();

        field.ShouldBe("""handlers;hit;ttl=-412;detail="a \"b\" \\", (handlers;hit;ttl=-412;detail="a \"b\" \\")""");
    }

    [Fact]
    public void Writes_what_is_not_printable_as_display_string()
    {
        StructuredField.TrySerialize(SfBareItem.OfDisplayString("fü \"100%\"\n"), out string? field).ShouldBeTrue();

        field.ShouldBe("%\"f%c3%bc %22100%25%22%0a\"");
    }

    [Fact]
    public void Refuses_to_write_what_the_grammar_has_no_room_for()
    {
        SfBareItem[] values =
        [
            SfBareItem.OfString("ü"), SfBareItem.OfString("a\n"), SfBareItem.OfString("\u007F"), SfBareItem.OfToken(""), SfBareItem.OfToken("1a"),
            SfBareItem.OfToken("a b"), SfBareItem.OfToken("a\n"), SfBareItem.OfDisplayString("\uD800"),
        ];
        string[] keys = ["", "A", "1", "aB", "a b", "-a", "ü"];

        foreach (SfBareItem value in values)
        {
            StructuredField.TrySerialize(value, out _).ShouldBeFalse(value.Text);
            StructuredField.TrySerialize([new SfInnerList([new SfItem(value)])], out _).ShouldBeFalse(value.Text);
        }

        foreach (string key in keys)
        {
            SfItem item = new(SfBareItem.OfInteger(1), new SfParameters((key, SfBareItem.OfInteger(1))));
            StructuredField.TrySerialize(item, out _).ShouldBeFalse(key);
            StructuredField.TrySerialize(new OrderedDictionary<string, SfMember>(StringComparer.Ordinal) { [key] = new SfItem(SfBareItem.OfBoolean(true)) }, out _).ShouldBeFalse(key);
        }
    }

    [Fact]
    public void Reading_what_was_written_gives_the_same()
    {
        Prop.ForAll(Lists.ToArbitrary(), list =>
        {
            bool written = StructuredField.TrySerialize(list, out string? field);
            bool read = StructuredField.TryParseList(field, out List<SfMember>? parsed);
            return written && read && Describe(parsed!) == Describe(list);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Reading_what_was_written_as_dictionary_gives_the_same()
    {
        Arbitrary<List<(string Key, SfMember Member)>> entries = Keys.Zip(Members).Select(pair => (pair.Item1, pair.Item2)).ListOf().ToArbitrary();

        Prop.ForAll(entries, list =>
        {
            OrderedDictionary<string, SfMember> dictionary = new(StringComparer.Ordinal);
            foreach ((string key, SfMember member) in list)
            {
                dictionary[key] = member;
            }

            bool written = StructuredField.TrySerialize(dictionary, out string? field);
            bool read = StructuredField.TryParseDictionary(field, out OrderedDictionary<string, SfMember>? parsed);
            return written && read && Describe(parsed!) == Describe(dictionary);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_is_read_can_be_written_and_read_again()
    {
        string[] pieces = ["a", "b", "1", "-", ".", ",", " ", ";", "=", "(", ")", "\"", "\\", ":", "?1", "@", "%", "%\"", "\t", "A", "*", "YQ==", "ü"];
        Arbitrary<string> fields = Gen.Elements(pieces).ListOf().Select(list => string.Concat(list)).ToArbitrary();

        Prop.ForAll(fields, field =>
            (!StructuredField.TryParseList(field, out List<SfMember>? list)
                || (StructuredField.TrySerialize(list, out string? again)
                    && StructuredField.TryParseList(again, out List<SfMember>? same)
                    && Describe(same) == Describe(list)))
            && (!StructuredField.TryParseDictionary(field, out OrderedDictionary<string, SfMember>? members)
                || StructuredField.TrySerialize(members, out _))
            && (!StructuredField.TryParseItem(field, out SfItem? item) || StructuredField.TrySerialize(item, out _))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Never_throws()
    {
        Prop.ForAll<string>(text =>
        {
            foreach (string field in new[] { text, "\"" + text + "\"", ":" + text + ":", "%\"" + text + "\"", "a;b=" + text, "(" + text + ")" })
            {
                _ = StructuredField.TryParseItem(field, out _);
                _ = StructuredField.TryParseList(field, out _);
                _ = StructuredField.TryParseDictionary(field, out _);
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Many_keys_take_linear_time()
    {
        string field = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"k{i}"));

        StructuredField.TryParseDictionary(field, out OrderedDictionary<string, SfMember>? members).ShouldBeTrue();

        members!.Count.ShouldBe(100_000);
    }

    private static Gen<string> Keys => Gen.Elements("a", "b", "c1", "*x", "a-b_c.d*");

    private static Gen<SfBareItem> BareItems => Gen.OneOf(
        ArbMap.Default.GeneratorFor<int>().Select(value => SfBareItem.OfInteger(value)),
        Gen.Choose(-999_999_999, 999_999_999).Select(value => SfBareItem.OfDecimal(value / 1000m)),
        Printable.Select(SfBareItem.OfString),
        Gen.Elements("a", "*b", "text/html", "A:b!").Select(SfBareItem.OfToken),
        ArbMap.Default.GeneratorFor<byte[]>().Select(SfBareItem.OfBytes),
        ArbMap.Default.GeneratorFor<bool>().Select(SfBareItem.OfBoolean),
        ArbMap.Default.GeneratorFor<int>().Select(value => SfBareItem.OfDate(value)),
        ArbMap.Default.GeneratorFor<UnicodeString>().Select(value => SfBareItem.OfDisplayString(WellFormed(value.Get ?? ""))));

    private static Gen<string> Printable => Gen.Choose(' ', '~').ListOf().Select(characters => string.Concat(characters.Select(c => (char)c)));

    private static Gen<SfParameters> Parameters => Keys.Zip(BareItems).ListOf().Select(list => new SfParameters([.. list.Select(p => (p.Item1, p.Item2))]));

    private static Gen<SfItem> Items => BareItems.Zip(Parameters).Select(pair => new SfItem(pair.Item1, pair.Item2));

    private static Gen<SfMember> Members => Gen.OneOf(
        Items.Select(item => (SfMember)item),
        Items.ListOf().Zip(Parameters).Select(pair => (SfMember)new SfInnerList([.. pair.Item1], pair.Item2)));

    private static Gen<List<SfMember>> Lists => Members.ListOf().Select(members => members.ToList());

    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Describe(IEnumerable<SfMember> members) => string.Join(", ", members.Select(Describe));

    private static string Describe(OrderedDictionary<string, SfMember> members) =>
        string.Join(", ", members.Select(member => $"{member.Key}={Describe(member.Value)}"));

    private static string Describe(SfMember member)
    {
        string value = member switch
        {
            SfItem item => Describe(item.Value),
            SfInnerList list => "(" + string.Join(' ', list.Items.Select(Describe)) + ")",
            _ => "?",
        };
        return value + string.Concat(member.Parameters.Select(parameter => $";{parameter.Key}={Describe(parameter.Value)}"));
    }

    private static string Describe(SfBareItem value) => value.Kind + " " + value.Kind switch
    {
        SfKind.Integer or SfKind.Date => value.Integer.ToString(CultureInfo.InvariantCulture),
        SfKind.Decimal => value.Decimal.ToString("0.###", CultureInfo.InvariantCulture),
        SfKind.Boolean => value.Boolean.ToString(),
        SfKind.ByteSequence => Convert.ToHexString(value.Bytes.Span),
        _ => value.Text,
    };
}
