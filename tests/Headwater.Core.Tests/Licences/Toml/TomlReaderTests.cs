using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Tests.Licences.Toml;

public sealed class TomlReaderTests
{
    private static object? Value(string text) => TomlReader.Read("v = " + text)["v"];

    [Theory]
    [InlineData("\"a\\tb\\u00E9\\U0001F600\\\\\"", "a\tb\u00E9\U0001F600\\")]
    [InlineData("'C:\\raw'", "C:\\raw")]
    [InlineData("\"\"\"\na\nb\"\"\"", "a\nb")]
    [InlineData("\"\"\"a \\\n   b\"\"\"", "a b")]
    [InlineData("\"\"\"two \"\" and closing\"\"\"\"\"", "two \"\" and closing\"\"")]
    [InlineData("'''a\r\n'b'\n'''", "a\n'b'\n")]
    public void Texts_InEveryForm_AreRead(string text, string expected) => Value(text).ShouldBe(expected);

    [Theory]
    [InlineData("1_000", 1000L)]
    [InlineData("-0", 0L)]
    [InlineData("0xFF_ff", 65535L)]
    [InlineData("0o17", 15L)]
    [InlineData("0b101", 5L)]
    [InlineData("1e3", 1000.0)]
    [InlineData("-2.5", -2.5)]
    [InlineData("true", true)]
    public void Numbers_InEveryForm_AreRead(string text, object expected) => Value(text).ShouldBe(expected);

    [Theory]
    [InlineData("1979-05-27")]
    [InlineData("1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27 07:32:00.5-07:00")]
    [InlineData("07:32:00")]
    public void Times_AreKeptAsWritten(string text) => Value(text + " # a remark").ShouldBe(new TomlTime(text));

    [Fact]
    public void Tables_OfEveryKind_AreRead()
    {
        var root = TomlReader.Read("""
            # a remark
            title = "x"
            a.b."c d" = 1
            list = [ 1, 2, # remark
              3, ]
            inline = { x = [ { y = "z" } ], k.l = true }

            [t.u]
            v = 'w'
            [[items]]
            n = 1
            [items.sub]
            s = 2
            [[items]]
            n = 3
            """);

        root.Table("a")!.Table("b")!["c d"].ShouldBe(1L);
        ((TomlList)root["list"]!).ShouldBe([1L, 2L, 3L]);
        ((TomlTable)((TomlList)root.Table("inline")!["x"]!)[0]).Text("y").ShouldBe("z");
        root.Table("t")!.Table("u")!.Text("v").ShouldBe("w");
        var items = (TomlList)root["items"]!;
        items.Count.ShouldBe(2);
        ((TomlTable)items[0]).Table("sub")!["s"].ShouldBe(2L);
        root.Line("list").ShouldBe(4);
    }

    [Theory]
    [InlineData("a = 1\na = 2", 2, "already")]
    [InlineData("[a]\n[a]", 2, "already")]
    [InlineData("a = 1\n[a.b]", 2, "no table")]
    [InlineData("a = { b = 1 }\n[a.c]", 2, "no table")]
    [InlineData("a = [1]\n[[a]]", 2, "no list of tables")]
    [InlineData("\n\na = \"x", 3, "not closed")]
    [InlineData("a = \"\"\"x\ny", 1, "not closed")]
    [InlineData("a = \"\\*\"", 1, "escape")]
    [InlineData("a = yes", 1, "quotation marks")]
    [InlineData("a = 01", 1, "no value")]
    [InlineData("a = 1__0", 1, "no value")]
    [InlineData("a = 1.", 1, "no value")]
    [InlineData("a = 2024-13-45", 1, "no value")]
    [InlineData("a = ", 1, "expected")]
    [InlineData("a 1", 1, "'='")]
    [InlineData("= 1", 1, "key")]
    [InlineData("a = 1 b = 2", 1, "end of the line")]
    [InlineData("a = [1, 2", 1, "','")]
    [InlineData("a = { b = 1,\n c = 2 }", 1, "key")]
    [InlineData("a = \"\u0001\"", 1, "control character")]
    [InlineData("[a", 1, "']'")]
    public void Errors_NameTheirLine(string text, int line, string words)
    {
        var error = Should.Throw<FormatException>(() => TomlReader.Read(text));

        error.Message.ShouldStartWith($"Line {line}: ");
        error.Message.ShouldContain(words);
    }
}
