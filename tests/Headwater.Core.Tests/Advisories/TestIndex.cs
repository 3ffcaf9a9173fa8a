using System.Text;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Advisories;

/// <summary>A small index made of records that a test writes down, in a folder of its own.</summary>
internal sealed class TestIndex : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-index").FullName;

    private TestIndex(string[] records)
    {
        var source = Directory.CreateDirectory(System.IO.Path.Combine(_folder, "source")).FullName;
        for (var i = 0; i < records.Length; i++) File.WriteAllText(System.IO.Path.Combine(source, $"{i:000}.json"), records[i]);
        Report = new AdvisoryIndexBuilder(TimeProvider.System).Build([source], Path);
        Index = AdvisoryIndex.Open(Path);
    }

    public string Path => System.IO.Path.Combine(_folder, "test.hwx");
    public AdvisoryBuildReport Report { get; }
    public AdvisoryIndex Index { get; }

    public static TestIndex Of(params string[] records) => new(records);

    /// <summary>A record about one package.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="ecosystem">The package's ecosystem.</param>
    /// <param name="name">The package's name.</param>
    /// <param name="affected">The rest of the affected entry, for example <c>"versions":["1"]</c>.</param>
    /// <param name="rest">More properties of the record.</param>
    public static string Record(string id, string ecosystem, string name, string affected, string rest = "")
        => $$"""{"schema_version":"1.6.0","id":"{{id}}","modified":"2026-01-02T03:04:05Z",{{(rest.Length > 0 ? rest + "," : "")}}"affected":[{"package":{"ecosystem":"{{ecosystem}}","name":"{{name}}"}{{(affected.Length > 0 ? "," : "")}}{{affected}}}]}""";

    /// <summary>A range of the ecosystem's own order, from <c>introduced 1.0 fixed 2.0</c> and the like.</summary>
    public static string Range(string events, string type = "ECOSYSTEM")
    {
        var words = events.Split(' ');
        var text = new StringBuilder();
        for (var i = 0; i < words.Length; i += 2) text.Append(i > 0 ? "," : "").Append($$"""{"{{words[i]}}":"{{words[i + 1]}}"}""");
        return $$"""{"type":"{{type}}","events":[{{text}}]}""";
    }

    public static string Ranges(params string[] ranges) => $"\"ranges\":[{string.Join(',', ranges)}]";

    /// <summary>What the index says of a purl: ids, those that cannot be told with a question mark; null when the purl is not covered.</summary>
    public string? Ask(string purl)
    {
        var matches = new List<AdvisoryMatch>();
        PackageUrl.TryParse(purl, out var parsed, out var error).ShouldBeTrue(error);
        if (!Index.Match(parsed!, matches)) return null;
        return string.Join(' ', matches.Select(m => Index.Summary(m.Record).Id + (m.Verdict == MatchVerdict.Unknown ? "?" : "")));
    }

    public void Dispose()
    {
        Index.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
