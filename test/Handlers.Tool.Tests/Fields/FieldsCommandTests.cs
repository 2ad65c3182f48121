using System.Diagnostics;
using System.Text;
using Handlers.Tool.Tests.Support;

namespace Handlers.Tool.Tests.Fields;

/// <summary>RFC 9651 through the command; the rows follow the families of the HTTP working group's public test suite.</summary>
public sealed class FieldsCommandTests
{
    private const string Error = """{"error":true}""";

    [Theory]
    [InlineData("1", "[1,[]]")]
    [InlineData("-0", "[0,[]]")]
    [InlineData("042", "[42,[]]")]
    [InlineData("-999999999999999", "[-999999999999999,[]]")]
    [InlineData("1000000000000000", Error)]
    [InlineData("--0", Error)]
    [InlineData("+1", Error)]
    [InlineData("-", Error)]
    [InlineData("4e2", Error)]
    [InlineData("1,2", Error)]
    public void Reads_integers(string field, string json) => Item(field).ShouldBe(json);

    [Theory]
    [InlineData("1.0", "[1.0,[]]")]
    [InlineData("1.50", "[1.5,[]]")]
    [InlineData("-1.125", "[-1.125,[]]")]
    [InlineData("00.001", "[0.001,[]]")]
    [InlineData("999999999999.999", "[999999999999.999,[]]")]
    [InlineData("1000000000000.0", Error)]
    [InlineData("1.", Error)]
    [InlineData(".1", Error)]
    [InlineData("1.1234", Error)]
    [InlineData("1..4", Error)]
    [InlineData("- 1.0", Error)]
    public void Reads_decimals(string field, string json) => Item(field).ShouldBe(json);

    [Theory]
    [InlineData("\"\"", """["",[]]""")]
    [InlineData("\"a \\\"b\\\\\"", """["a \"b\\",[]]""")]
    [InlineData("\"a\\b\"", Error)]
    [InlineData("\"open", Error)]
    [InlineData("\"a\tb\"", Error)]
    [InlineData("\"a\rb\"", Error)]
    [InlineData("\"\u007f\"", Error)]
    [InlineData("\"f\u00fc\"", Error)]
    [InlineData("'a'", Error)]
    public void Reads_strings(string field, string json) => Item(field).ShouldBe(json);

    [Theory]
    [InlineData("a_b-c3/*:x", """[{"__type":"token","value":"a_b-c3/*:x"},[]]""")]
    [InlineData("*a", """[{"__type":"token","value":"*a"},[]]""")]
    [InlineData("Upper", """[{"__type":"token","value":"Upper"},[]]""")]
    [InlineData("a\u00fc", Error)]
    [InlineData("a\rb", Error)]
    [InlineData("?2", Error)]
    [InlineData("?1", "[true,[]]")]
    [InlineData("?0", "[false,[]]")]
    [InlineData("?", Error)]
    public void Reads_tokens_and_booleans(string field, string json) => Item(field).ShouldBe(json);

    [Theory]
    [InlineData("::", "")]
    [InlineData(":aA==:", "NA======")]
    [InlineData(":aGVsbG8=:", "NBSWY3DP")]
    [InlineData(":aGVsbG8:", "NBSWY3DP")]
    [InlineData(":/+Ah:", "77QCC===")]
    [InlineData(":iZ==:", "RE======")]
    public void Reads_byte_sequences_also_those_without_padding(string field, string base32) =>
        Item(field).ShouldBe($$"""[{"__type":"binary","value":"{{base32}}"},[]]""");

    [Theory]
    [InlineData(":_-Ah:")]
    [InlineData(":aGVsbG8=")]
    [InlineData("aGVsbG8=:")]
    [InlineData(":aGVs bG8=:")]
    [InlineData(":=aGVsbG8=:")]
    public void Refuses_what_is_no_base64(string field) => Item(field).ShouldBe(Error);

    [Theory]
    [InlineData("@1659578233", """[{"__type":"date","value":1659578233},[]]""")]
    [InlineData("@-62135596800", """[{"__type":"date","value":-62135596800},[]]""")]
    [InlineData("@1659578233.12", Error)]
    [InlineData("@", Error)]
    [InlineData("%\"f%c3%bc \"", """[{"__type":"displaystring","value":"fü "},[]]""")]
    [InlineData("%\"f%C3%BC\"", Error)]
    [InlineData("%\"%c3%28\"", Error)]
    [InlineData("%\"%a\"", Error)]
    [InlineData("%\"\t\"", Error)]
    [InlineData("%foo", Error)]
    public void Reads_dates_and_display_strings(string field, string json) => Item(field).ShouldBe(json);

    [Theory]
    [InlineData("1;a=2;b;a=3.0", """[1,[["a",3.0],["b",true]]]""")]
    [InlineData("1; a=?0", """[1,[["a",false]]]""")]
    [InlineData("1 ;a", Error)]
    [InlineData("1;A=1", Error)]
    [InlineData("1;a = 1", Error)]
    [InlineData("1;a=", Error)]
    [InlineData("1;", Error)]
    [InlineData("  1  ", "[1,[]]")]
    [InlineData("\t1", Error)]
    [InlineData("", Error)]
    [InlineData("   ", Error)]
    public void Reads_parameters(string field, string json) => Item(field).ShouldBe(json);

    [Theory]
    [InlineData("", "[]")]
    [InlineData("   ", "[]")]
    [InlineData("1, 2,3\t,\t4", "[[1,[]],[2,[]],[3,[]],[4,[]]]")]
    [InlineData("(1 2);q, ()", """[[[[1,[]],[2,[]]],[["q",true]]],[[],[]]]""")]
    [InlineData("( 1  2 )", "[[[[1,[]],[2,[]]],[]]]")]
    [InlineData("1,", Error)]
    [InlineData(",1", Error)]
    [InlineData("1,,2", Error)]
    [InlineData("1 2", Error)]
    [InlineData("(1", Error)]
    [InlineData("(1 2]", Error)]
    [InlineData("(\"a\"\"b\")", Error)]
    [InlineData("((1))", Error)]
    [InlineData("(1\t2)", Error)]
    public void Reads_lists(string field, string json) => Ran.With(field + "\n", "sf", "list").Output.ShouldBe(json + "\n");

    [Theory]
    [InlineData("", "[]")]
    [InlineData("a=1,b=2.0", """[["a",[1,[]]],["b",[2.0,[]]]]""")]
    [InlineData("a;x=1, b=(1);y", """[["a",[true,[["x",1]]]],["b",[[[1,[]]],[["y",true]]]]]""")]
    [InlineData("a=1,b=2,a=3", """[["a",[3,[]]],["b",[2,[]]]]""")]
    [InlineData("*a-b._*3=1", """[["*a-b._*3",[1,[]]]]""")]
    [InlineData("a=1,", Error)]
    [InlineData("A=1", Error)]
    [InlineData("1=a", Error)]
    [InlineData("a =1", Error)]
    [InlineData("a= 1", Error)]
    [InlineData("a=1;b=2 ;c", Error)]
    public void Reads_dictionaries(string field, string json) => Ran.With(field + "\n", "sf", "dictionary").Output.ShouldBe(json + "\n");

    [Fact]
    public void Lines_end_with_LF_or_CRLF_and_the_last_may_do_without() =>
        Ran.With("1\r\n2\n3", "sf", "item").Lines.ShouldBe(["[1,[]]", "[2,[]]", "[3,[]]"]);

    [Fact]
    public void An_empty_line_is_an_empty_field() =>
        Ran.With("\n1\n\n", "sf", "list").Lines.ShouldBe(["[]", "[[1,[]]]", "[]"]);

    [Fact]
    public void No_input_is_no_line() => Ran.With("", "sf", "list").ShouldBe(new Ran(ExitCode.Done, "", ""));

    [Fact]
    public void A_malformed_field_is_a_result() => Ran.With("?\n", "sf", "item").ShouldBe(new Ran(ExitCode.Done, Error + "\n", ""));

    [Fact]
    public void What_is_not_UTF8_is_refused_line_by_line() =>
        Ran.With([0xFF, 0xFE, (byte)'\n', 0xEF, 0xBB, 0xBF, (byte)'1', (byte)'\n', (byte)'1', (byte)'\n'], "sf", "item").Lines.ShouldBe([Error, Error, "[1,[]]"]);

    [Fact]
    public void Every_other_control_character_is_refused_wherever_it_stands()
    {
        foreach (char control in Enumerable.Range(0, 32).Append(127).Select(code => (char)code).Except(['\n']))
        {
            Item($"a{control}b").ShouldBe(Error);
            Item($"\"{control}\"").ShouldBe(Error);
            Item($"%\"{control}\"").ShouldBe(Error);
            Item($"1;a{control}b").ShouldBe(Error);
        }
    }

    [Fact]
    public void The_sizes_that_the_RFC_asks_for_are_taken_and_far_larger_ones_in_linear_time()
    {
        // §3.1, §3.1.1, §3.1.2, §3.3.3, §3.3.4: 1024 members, 256 items, 64-character keys, 1024-character strings, 512-character tokens at least.
        string inner = "(" + string.Join(' ', Enumerable.Repeat("a;" + new string('k', 64), 256)) + ")";
        string list = inner + ", " + string.Join(", ", Enumerable.Repeat(new string('t', 512), 1023));
        string dictionary = string.Join(", ", Enumerable.Range(0, 1024).Select(i => $"a{i}=\"{new string('x', 1024)}\""));
        string deep = new('(', 200_000);
        string duplicates = string.Join(',', Enumerable.Repeat("a=1;b;b;b", 50_000));

        Ran.With(list + "\n", "sf", "list").Output.ShouldStartWith("[[[[{");
        Ran.With(dictionary + "\n", "sf", "dictionary").Output.ShouldStartWith("""[["a0",["xxx""");
        Ran.With(deep + "\n", "sf", "list").Output.ShouldBe(Error + "\n");
        Ran.With(duplicates + "\n", "sf", "dictionary").Output.ShouldBe("""[["a",[1,[["b",true]]]]]""" + "\n");
    }

    [Theory]
    [InlineData("sf")]
    [InlineData("sf", "tuple")]
    [InlineData("tell")]
    public void A_wrong_command_line_says_so_and_prints_no_result(params string[] args)
    {
        Ran ran = Ran.With("1\n", args);

        ran.Code.ShouldBe(ExitCode.BadUsage);
        ran.Output.ShouldBeEmpty();
        ran.Error.ShouldContain("Usage:");
    }

    [Fact]
    public void Runs_as_a_process_of_its_own()
    {
        ProcessStartInfo start = new("dotnet", [typeof(Application).Assembly.Location, "sf", "item"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };

        using Process process = Process.Start(start)!;
        process.StandardInput.Write("%\"%e2%82%ac\"\n:aA:\n");
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        output.ShouldBe("[{\"__type\":\"displaystring\",\"value\":\"€\"},[]]\n[{\"__type\":\"binary\",\"value\":\"NA======\"},[]]\n");
        process.ExitCode.ShouldBe(ExitCode.Done);
    }

    private static string Item(string field) => Ran.With(field + "\n", "sf", "item").Output.TrimEnd('\n');
}
