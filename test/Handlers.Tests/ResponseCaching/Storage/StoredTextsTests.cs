using FsCheck;
using FsCheck.Fluent;
using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class StoredTextsTests
{
    private readonly StoredTexts _texts = new();

    [Fact]
    public void What_the_answer_before_said_too_is_kept_once()
    {
        StoredField[] first = _texts.Share([Field("Server", "github.com"), Field("X-Request-Id", "1"), Field("X-Frame-Options", "deny")]);

        StoredField[] second = _texts.Share([Field("Server", "github.com"), Field("X-Request-Id", "2"), Field("X-Frame-Options", "deny")]);

        second[0].Lines.First.ShouldBeSameAs(first[0].Lines.First);
        second[1].Name.ShouldBeSameAs(first[1].Name);
        second[1].Lines.First.ShouldBe("2");
        second[2].Lines.First.ShouldBeSameAs(first[2].Lines.First);
    }

    [Fact]
    public void A_field_that_comes_or_goes_costs_the_others_nothing()
    {
        StoredField[] first = _texts.Share([Field("A", "1"), Field("B", "2"), Field("C", "3")]);

        StoredField[] second = _texts.Share([Field("A", "1"), Field("New", "x"), Field("C", "3"), Field("D", "4")]);

        second[0].Lines.First.ShouldBeSameAs(first[0].Lines.First);
        second[2].Lines.First.ShouldBeSameAs(first[2].Lines.First);
    }

    [Fact]
    public void Fields_say_what_they_said()
    {
        Gen<StoredField> field =
            from name in Gen.Elements("A", "a", "B", "C")
            from lines in Gen.NonEmptyListOf(Gen.Elements("", "1", "2"))
            select new StoredField(name, new FieldLines([.. lines]));
        Prop.ForAll(Gen.ListOf(Gen.ListOf(field)).ToArbitrary(), answers =>
        {
            var texts = new StoredTexts();
            return answers.All(fields => texts.Share([.. fields]).Select(Text).SequenceEqual(fields.Select(Text), StringComparer.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_names_of_a_Vary_are_read_again_when_it_changes()
    {
        string[] names = _texts.NamesIn(new FieldLines("Accept, Cookie"));

        _texts.NamesIn(new FieldLines("Accept, Cookie")).ShouldBeSameAs(names);
        _texts.NamesIn(new FieldLines(["Accept", "Cookie", "Range"])).ShouldBe(["accept", "cookie", "range"]);
        _texts.NamesIn(default).ShouldBeEmpty();
    }

    // A text of its own each time, as from the wire.
    private static StoredField Field(string name, string line) => new(new string(name.AsSpan()), new FieldLines(new string(line.AsSpan())));

    private static string Text(StoredField field) => $"{field.Name}={string.Join('|', Enumerable.Range(0, field.Lines.Count).Select(i => field.Lines[i]))}";
}
