using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>The documents of tests/data/vex.</summary>
internal static class VexFiles
{
    public static string Folder { get; } = TestPaths.Data("vex");

    public static TheoryData<string> All() => [.. Names(_ => true)];

    /// <summary>Those that state something; the others are the inventories that belong to them, and one that is no document at all.</summary>
    public static TheoryData<string> Documents() => [.. Names(n => !Path.GetFileName(n).StartsWith("bom", StringComparison.Ordinal) && n != "trivy/pkg/vex/testdata/unknown.json")];

    public static VexReadResult Read(string name)
    {
        using var stream = File.OpenRead(Path.Combine(Folder, name));
        return VexReader.Read(stream);
    }

    public static VexDocument Document(string name)
    {
        var result = Read(name);
        result.Errors.ShouldBeEmpty(name);
        return result.Document!;
    }

    public static VexReadResult ReadText(string text) => VexReader.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <param name="Losses">What is lost of statements; that a format has no title or other ids for a document is known.</param>
    public sealed record Passage(VexDocument Document, IReadOnlyList<Headwater.Core.Sboms.SbomError> Losses, int Statements, string Text);

    public static Passage Through(VexDocument document, VexFormat target)
    {
        using var stream = new MemoryStream();
        var result = VexWriter.Write(document, target, stream, VexWriter.TimeOf(document) is null ? new VexWriteOptions { Timestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) } : null);
        var text = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        var again = ReadText(text);
        again.Errors.ShouldBeEmpty(text);
        return new Passage(again.Document!, [.. result.Losses.Where(l => l.At != "document")], result.Statements, text);
    }

    private static IEnumerable<string> Names(Func<string, bool> wanted) =>
        Directory.EnumerateFiles(Folder, "*.*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".json" or ".xml").Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/')).Where(wanted).Order(StringComparer.Ordinal);
}
