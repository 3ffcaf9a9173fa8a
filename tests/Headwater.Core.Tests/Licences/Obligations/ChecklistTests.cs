using System.Text;
using Headwater.Core.Licences.Obligations;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headwater.Core.Tests.Licences.Obligations;

public sealed class ChecklistTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(ExpressionSource.Data.Folder, "osadl", "checklists")).Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Parse_OfAPublishedChecklist_LosesNothing(string licence)
    {
        var text = File.ReadAllText(Path.Combine(ExpressionSource.Data.Folder, "osadl", "checklists", licence + ".txt"));

        Written(Checklist.Parse(licence, text)).ShouldBe(string.Concat(text.Split('\n').Where(l => l.Trim().Length > 0).Select(l => l.TrimEnd() + "\n")));
        LibrarySource.Library.Obligations.ChecklistText(licence.ToLowerInvariant()).ShouldBe(text);
    }

    [Fact]
    public void Files_AreTwenty() => LibrarySource.Library.Obligations.Checklists.Count().ShouldBe(20);

    [Theory]
    [InlineData("USE CASE x\n\t\tYOU MUST y", "Line 2")]
    [InlineData("USE CASE x\n\tYOU SHOULD y", "Line 2")]
    [InlineData("USE CASE x\n\tOR\n\t\tYOU MUST y", "Line 2")]
    [InlineData("YOU MUSTARD", "Line 1")]
    public void Parse_OfWhatIsNoChecklist_SaysWhere(string text, string says) => Should.Throw<FormatException>(() => Checklist.Parse("X", text)).Message.ShouldContain(says);

    [Fact]
    public void Handbook_OfAllLicences_LosesNothing()
    {
        var handbook = LibrarySource.Library.Handbook.ShouldNotBeNull();
        handbook.Notice.ShouldContain("Attribution-ShareAlike 4.0 International");
        var files = Directory.EnumerateFiles(Path.Combine(ExpressionSource.Data.Folder, "finos"), "*.yaml").ToList();
        files.Count.ShouldBe(37);
        foreach (var file in files)
        {
            var entry = HandbookEntry.Parse(File.ReadAllText(file));
            var read = new[] { entry.Name, entry.Notes }.Concat(entry.Ids).Concat(entry.Terms.SelectMany(t => new[] { t.Type, t.Description, t.Notes, t.Acknowledgement }.Concat(t.UseCases).Concat(t.SeeAlso))).OfType<string>().Select(s => s.Trim()).ToHashSet();
            // Every value of the file, whatever its key, is in what was read of it.
            Values(File.ReadAllText(file)).ShouldAllBe(v => read.Any(r => r.Contains(v)), file);
            foreach (var id in entry.Ids) handbook.Find(id).ShouldNotBeNull().Name.ShouldBe(entry.Name);
        }
    }

    private static IEnumerable<string> Values(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        string[] keys = ["name", "licenseId", "notes", "terms", "type", "description", "use_cases", "compliance_notes", "acknowledgement", "seeAlso"];
        while (parser.MoveNext())
            if (parser.Current is Scalar { Value: var value } && value.Trim().Length > 0 && !keys.Contains(value)) yield return value.Trim();
    }

    private static string Written(Checklist checklist)
    {
        var text = new StringBuilder();
        void Write(IEnumerable<Clause> clauses, int depth)
        {
            foreach (var clause in clauses)
            {
                text.Append('\t', depth).Append(clause.Quote).Append('\n');
                Write(clause.Below, depth + 1);
            }
        }

        Write(checklist.Clauses, 0);
        return text.ToString();
    }
}
