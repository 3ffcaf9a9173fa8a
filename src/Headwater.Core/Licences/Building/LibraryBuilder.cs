using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Building;

/// <summary>Builds a licence library from the data files.</summary>
public static class LibraryBuilder
{
    /// <summary>Reads the folder of data files and writes the library; the same files give the same bytes.</summary>
    /// <param name="folder"><c>src/Headwater.LicenceLibrary/Data</c>.</param>
    /// <param name="into">Where the library is written.</param>
    public static void Build(string folder, Stream into)
    {
        var data = new LicenceData(folder);
        var writer = new SectionWriter();
        var rules = new RuleBuilder();
        rules.AddAll(data);
        rules.Write(writer);
        Texts(writer, Sections.LicenceIds, data.Lines("spdx/licence-details.jsonl.gz").Select(l => l.Text("licenseId")!));
        Texts(writer, Sections.ExceptionIds, data.Lines("spdx/exception-details.jsonl.gz").Select(l => l.Text("licenseExceptionId")!));
        var aliases = AliasBuilder.Build(data);
        Pairs(writer, Sections.AliasNames, aliases.Names);
        Pairs(writer, Sections.AliasAddresses, aliases.Addresses);
        Pairs(writer, Sections.AliasExceptions, aliases.ExceptionNames.Select(e => KeyValuePair.Create(e.Key, string.Join('\n', e.Value))));
        Pairs(writer, Sections.Associations, AliasBuilder.Associations(data).Select(e => KeyValuePair.Create(e.Key, string.Join('\n', e.Value))));
        FactBuilder.Write(data, writer);
        AdviceBuilder.Write(data, writer);
        writer.Write(into);
    }

    /// <summary>Writes the handbook, which is under a licence of its own and never part of the library, into a file of its own.</summary>
    /// <param name="folder"><c>src/Headwater.LicenceLibrary/Data</c>.</param>
    /// <param name="into">Where it is written.</param>
    public static void BuildHandbook(string folder, Stream into)
    {
        var writer = new SectionWriter();
        AdviceBuilder.Handbook(new LicenceData(folder), writer);
        writer.Write(into);
    }

    private static void Texts(SectionWriter writer, int section, IEnumerable<string> texts) => writer.AddTexts(section, section + 1, texts);

    private static void Pairs(SectionWriter writer, int section, IEnumerable<KeyValuePair<string, string>> pairs) => Texts(writer, section, pairs.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => (string[])[p.Key, p.Value]));
}
