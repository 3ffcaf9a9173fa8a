using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Licences.Reuse;
using static Headwater.Core.Tests.Licences.Reuse.ReuseProject;

namespace Headwater.Core.Tests.Licences.Reuse;

public sealed class ReuseTomlTests
{
    private static string Toml(string path, string? copyright, string? licence, string? precedence = null) =>
        $"version = 1\n[[annotations]]\npath = '{path}'\n{(precedence is null ? "" : $"precedence = '{precedence}'\n")}{(copyright is null ? "" : $"SPDX-FileCopyrightText = '{copyright}'\n")}{(licence is null ? "" : $"SPDX-License-Identifier = '{licence}'\n")}";

    /// <summary>What holds for one file, as "value@source".</summary>
    private static (string Copyrights, string Licences) Of(ReuseProject project, string path = "a/b/f.c")
    {
        var report = project.Lint();
        report.Errors.ShouldBeEmpty();
        var file = report.Files.Single(f => f.Path == path);
        return (string.Join(' ', file.Copyrights.Select(c => $"{c.Value.Replace(Holder, "", StringComparison.Ordinal)}@{c.Source}")), string.Join(' ', file.Licences.Select(l => $"{l.Value}@{l.Source}")));
    }

    [Fact]
    public void Annotations_CoverFilesWithout()
    {
        var report = Good().With("po/de.po", "x").With("po/fr.pot", "x").With("REUSE.toml", "version = 1\n\n[[annotations]]\npath = [\"po/*.po\", \"po/*.pot\"]\nSPDX-FileCopyrightText = [\"2019 A\", \"2020 B\"]\nSPDX-License-Identifier = \"MIT\"\nSPDX-FileComment = \"more\"\n\n[other]\nx = 1\n").Lint();

        report.IsConformant.ShouldBeTrue();
        report.Files.Single(f => f.Path == "po/de.po").Copyrights.ShouldBe([new("2019 A", "REUSE.toml", ReuseSource.ReuseToml), new("2020 B", "REUSE.toml", ReuseSource.ReuseToml)]);
        report.Remarks.ShouldBeEmpty();
    }

    [Fact]
    public void Closest_GivesWayToTheFile_ApartForCopyrightAndLicence()
    {
        Of(new ReuseProject().With("a/b/f.c", Header("MIT", "F")).With("REUSE.toml", Toml("**", "T", "ISC"))).ShouldBe(("F@a/b/f.c", "MIT@a/b/f.c"));
        Of(new ReuseProject().With("a/b/f.c", $"{Id}MIT").With("REUSE.toml", Toml("**", "T", "ISC"))).ShouldBe(("T@REUSE.toml", "MIT@a/b/f.c"));
        Of(new ReuseProject().With("a/b/f.c", $"{Holder}F").With("REUSE.toml", Toml("**", "T", "ISC", "closest"))).ShouldBe(("F@a/b/f.c", "ISC@REUSE.toml"));
    }

    [Fact]
    public void Closest_OfSeveral_IsTheDeepest_ApartForCopyrightAndLicence() =>
        Of(new ReuseProject().With("a/b/f.c", "x").With("REUSE.toml", Toml("**", "T", "ISC")).With("a/REUSE.toml", Toml("b/**", "A", null)).With("a/b/REUSE.toml", Toml("other", "B", "MIT"))).ShouldBe(("A@a/REUSE.toml", "ISC@REUSE.toml"));

    [Fact]
    public void Aggregate_IsAlwaysAdded() =>
        Of(new ReuseProject().With("a/b/f.c", Header("MIT", "F")).With("REUSE.toml", Toml("**", "T", "ISC", "aggregate")).With("a/REUSE.toml", Toml("**", "A", "0BSD"))).ShouldBe(("F@a/b/f.c T@REUSE.toml", "MIT@a/b/f.c ISC@REUSE.toml"));

    [Fact]
    public void Aggregate_LetsTheClosestFillWhatTheFileLacks() =>
        Of(new ReuseProject().With("a/b/f.c", "x").With("REUSE.toml", Toml("**", "T", "ISC", "aggregate")).With("a/REUSE.toml", Toml("**", "A", "0BSD"))).ShouldBe(("T@REUSE.toml A@a/REUSE.toml", "ISC@REUSE.toml 0BSD@a/REUSE.toml"));

    [Fact]
    public void Override_IgnoresWhatIsCloser()
    {
        Of(new ReuseProject().With("a/b/f.c", Header("MIT", "F")).With("REUSE.toml", Toml("**", "T", "ISC", "override")).With("a/REUSE.toml", Toml("**", "A", "0BSD", "aggregate"))).ShouldBe(("T@REUSE.toml", "ISC@REUSE.toml"));
        Of(new ReuseProject().With("a/b/f.c", Header("MIT", "F")).With("a/b/f.c.license", Header("Zlib", "S")).With("REUSE.toml", Toml("**", "T", "ISC")).With("a/REUSE.toml", Toml("**", "A", "0BSD", "override"))).ShouldBe(("A@a/REUSE.toml", "0BSD@a/REUSE.toml"));
    }

    [Fact]
    public void Override_NearestToTheRoot_Counts() =>
        Of(new ReuseProject().With("a/b/f.c", "x").With("REUSE.toml", Toml("**", "T", "ISC", "override")).With("a/REUSE.toml", Toml("**", "A", "0BSD", "override"))).ShouldBe(("T@REUSE.toml", "ISC@REUSE.toml"));

    [Fact]
    public void Override_WithHalfTheInformation_LeavesTheFileWithoutTheOther() =>
        new ReuseProject().With("a/b/f.c", Header("MIT")).With("REUSE.toml", Toml("**", "T", null, "override")).Lint().WithoutLicence.ShouldBe(["a/b/f.c"]);

    [Fact]
    public void Aggregate_AboveAnOverride_IsKept() =>
        Of(new ReuseProject().With("a/b/f.c", "x").With("REUSE.toml", Toml("**", "T", "ISC", "aggregate")).With("a/REUSE.toml", Toml("**", "A", "0BSD", "override"))).ShouldBe(("T@REUSE.toml A@a/REUSE.toml", "ISC@REUSE.toml 0BSD@a/REUSE.toml"));

    [Fact]
    public void Tables_InOneFile_TheLastThatMatchesCounts()
    {
        var project = new ReuseProject().With("a/b/f.c", "x").With("REUSE.toml", Toml("**", "T", "ISC") + "[[annotations]]\npath = 'a/**'\nSPDX-License-Identifier = 'MIT'\n");

        Of(project).ShouldBe(("", "MIT@REUSE.toml"));
        project.Lint().Remarks.Single().Message.ShouldStartWith("Line 3: ");
    }

    [Theory]
    [InlineData("*.c", "a.c", true)]
    [InlineData("*.c", "d/a.c", false)]
    [InlineData("**.c", "d/a.c", true)]
    [InlineData("**/a.c", "a.c", true)]
    [InlineData("**/a.c", "d/e/a.c", true)]
    [InlineData("d/**", "d/e/a.c", true)]
    [InlineData("d/**", "d", false)]
    [InlineData("d/**", "dd/a", false)]
    [InlineData("d/*/a.c", "d/e/a.c", true)]
    [InlineData("d/*/a.c", "d/e/f/a.c", false)]
    [InlineData("d/**/a.c", "d/e/f/a.c", true)]
    [InlineData("d/**/a.c", "d/a.c", true)]
    [InlineData("\\*.c", "*.c", true)]
    [InlineData("\\*.c", "a.c", false)]
    [InlineData("a\\\\b", "a\\b", true)]
    [InlineData("\\a?[x]", "a?[x]", true)]
    [InlineData("a?", "ab", false)]
    [InlineData("*", "", true)]
    [InlineData("a.c", "a.c.d", false)]
    [InlineData("a*b*c", "a--b--c", true)]
    [InlineData("a*b*c", "a--b--", false)]
    public void Globs_FollowTheSpecification(string glob, string path, bool expected) => ReuseGlob.OfToml(glob).Matches(path).ShouldBe(expected);

    [Theory]
    [InlineData("po/*", "po/a/b.po", true)]
    [InlineData("./po/*", "po/b.po", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", true)]
    [InlineData("a\\?c", "abc", false)]
    [InlineData("a\\?c", "a?c", true)]
    public void Globs_OfDep5_MatchSlashes(string glob, string path, bool expected) => ReuseGlob.OfDep5(glob).Matches(path).ShouldBe(expected);

    /// <summary>The matcher agrees with the framework's regular expressions on whatever pattern and path.</summary>
    [Fact]
    public void Globs_AgreeWithRegularExpressions()
    {
        var pattern = Gen.Elements("*", "**", "**/", "/", "a", "b", ".", "\\*", "\\\\", "[").ListOf();
        var path = Gen.Elements("a", "b", "/", ".", "*", "\\", "[").ListOf();
        Prop.ForAll(pattern.ToArbitrary(), path.ToArbitrary(), (parts, letters) =>
        {
            var text = string.Concat(letters);
            var glob = string.Concat(parts);
            var expression = new System.Text.StringBuilder("\\A");
            for (var i = 0; i < glob.Length; i++)
            {
                if (glob[i] == '\\') expression.Append(++i < glob.Length ? System.Text.RegularExpressions.Regex.Escape(glob[i].ToString()) : "");
                else if (glob[i] != '*') expression.Append(System.Text.RegularExpressions.Regex.Escape(glob[i].ToString()));
                else
                {
                    var stars = 1;
                    while (i + 1 < glob.Length && glob[i + 1] == '*') (i, stars) = (i + 1, stars + 1);
                    if (stars > 1 && i + 1 < glob.Length && glob[i + 1] == '/') i++;
                    expression.Append(stars > 1 ? ".*" : "[^/]*");
                }
            }

            return ReuseGlob.OfToml(glob).Matches(text) == System.Text.RegularExpressions.Regex.IsMatch(text, expression + "\\z", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Globs_MadeToTakeForever_DoNot() => ReuseGlob.OfToml(string.Concat(Enumerable.Repeat("*a", 2000))).Matches(new string('a', 1999) + "b").ShouldBeFalse();

    [Theory]
    [InlineData("", "'version' is missing")]
    [InlineData("version = 'a'", "Line 1: 'version' must be a whole number")]
    [InlineData("version = 2", "Line 1: version 2 is not known")]
    [InlineData("version = 1\n[[annotations]]\npath = 1", "Line 3: 'path' must be")]
    [InlineData("version = 1\n[[annotations]]\npath = []", "Line 3: 'path' must be")]
    [InlineData("version = 1\n[[annotations]]\nprecedence = 'override'", "Line 3: table 1 of 'annotations' has no 'path'")]
    [InlineData("version = 1\n[[annotations]]\npath = 'a'\nprecedence = 'x'", "Line 4: 'precedence' must be")]
    [InlineData("version = 1\n[[annotations]]\npath = 'a'\nSPDX-License-Identifier = [1]", "Line 4: 'SPDX-License-Identifier' must be")]
    [InlineData("version = 1\n[annotations]\npath = 'a'", "Line 2: 'annotations' must be a list of tables")]
    [InlineData("version = 1\n[[annotations]\n", "Line 2: ']'")]
    public void Documents_ThatAreBroken_AreErrorsWithTheirLine(string toml, string words)
    {
        var report = Good().With("REUSE.toml", toml + "\n").Lint();

        report.Errors.Single().Path.ShouldBe("REUSE.toml");
        report.Errors.Single().Message.ShouldContain(words);
        report.IsConformant.ShouldBeFalse();
        report.Files.ShouldBeEmpty();
    }

    [Fact]
    public void Expressions_ThatAreNone_AreInvalidInTheToml()
    {
        var report = Good().With("b.c", "x").With("REUSE.toml", Toml("b.c", "B", "MIT OR")).Lint();

        report.InvalidExpressions["REUSE.toml"].ShouldBe(["MIT OR"]);
        report.WithoutLicence.ShouldBe(["b.c"]);
    }

    [Fact]
    public void Dep5_IsAggregated_AndTheLastParagraphCounts()
    {
        var project = new ReuseProject().With("a/b/f.c", Header("MIT", "F")).With(".reuse/dep5",
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: x\n\nFiles: *\nCopyright: 2018 All\nLicense: ISC\n\nFiles: a/*.c other\nCopyright: 2019 A\n 2020 B\nLicense: 0BSD\n Text of it\n .\n more\n");

        Of(project).ShouldBe(("F@a/b/f.c 2019 A@.reuse/dep5 2020 B@.reuse/dep5", "MIT@a/b/f.c 0BSD@.reuse/dep5"));
        project.With("x.c", "y");
        project.Lint().Files.Single(f => f.Path == "x.c").Licences.Single().ShouldBe(new ReuseStatement("ISC", ".reuse/dep5", ReuseSource.Dep5));
    }

    [Theory]
    [InlineData("nothing", "Format")]
    [InlineData("Format: x\n\nFiles: *\nLicense: MIT", "Line 3: the paragraph has 'Files' and no 'Copyright'")]
    [InlineData("Format: x\n\nFiles: *\nCopyright: A", "no 'License'")]
    public void Dep5_ThatIsBroken_IsAnError(string text, string words) => Good().With(".reuse/dep5", text).Lint().Errors.Single().Message.ShouldContain(words);

    [Fact]
    public void Dep5_BesideToml_IsAnError() => Good().With(".reuse/dep5", "Format: x").With("a/REUSE.toml", "version = 1").Lint().Errors.Single().Message.ShouldContain("a/REUSE.toml");
}
