using System.Net;
using System.Text;
using Headwater.Core.Licences.Compatibility;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Core.Licences.Building;

/// <summary>Writes checklists, the matrix of compatibility, and (into a file of its own) the handbook.</summary>
internal static class AdviceBuilder
{
    public static void Write(LicenceData data, SectionWriter writer)
    {
        var checklists = Directory.EnumerateFiles(Path.Combine(data.Folder, "osadl", "checklists"), "*.txt").Order(StringComparer.Ordinal).Select(f => (Id: Path.GetFileNameWithoutExtension(f), Text: File.ReadAllText(f))).ToList();
        var texts = new PackedTextWriter();
        foreach (var (id, text) in checklists)
        {
            Checklist.Parse(id, text);
            texts.Add(text);
        }

        writer.AddTexts(Sections.ChecklistIds, Sections.ChecklistIds + 1, checklists.Select(c => c.Id));
        texts.Write(writer, Sections.Checklists);
        Matrix(data, writer);
    }

    /// <summary>The handbook as it is published, with its notice and licence before it.</summary>
    public static void Handbook(LicenceData data, SectionWriter writer)
    {
        var (texts, ids) = (new PackedTextWriter(), new SortedDictionary<string, int>(StringComparer.Ordinal));
        var folder = Path.Combine(data.Folder, "finos");
        texts.Add($"OSLC handbook (https://github.com/finos/OSLC-handbook), © FINOS and contributors, CC-BY-SA-4.0. Its files are unchanged.\n\n{File.ReadAllText(Path.Combine(folder, "LICENSE"))}");
        var number = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(file);
            number++;
            texts.Add(text);
            foreach (var id in HandbookEntry.Parse(text).Ids) ids.Add(id, number);
        }

        writer.AddTexts(Sections.HandbookIds, Sections.HandbookIds + 1, ids.SelectMany(i => (string[])[i.Key, i.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)]));
        texts.Write(writer, Sections.HandbookFiles);
    }

    /// <summary>Nearly all reasons are one of a few sentences with the two names in it.</summary>
    private static void Matrix(LicenceData data, SectionWriter writer)
    {
        var matrix = data.Json("osadl/matrixseqexpl.json.gz");
        var rows = matrix.GetProperty("licenses").EnumerateArray().ToList();
        var names = rows.Select(r => r.Text("name")!).ToList();
        var (cells, reasons) = (new ushort[names.Count * names.Count], new Dictionary<string, int>(StringComparer.Ordinal));
        for (var row = 0; row < rows.Count; row++)
        {
            foreach (var cell in rows[row].GetProperty("compatibilities").EnumerateArray())
            {
                var (inbound, verdict) = (cell.Text("name")!, Array.IndexOf(CompatibilityMatrix.Verdicts, cell.Text("compatibility")));
                if (verdict < 0) throw new InvalidDataException($"The verdict {cell.Text("compatibility")} of the matrix is not known.");
                var pattern = Pattern(WebUtility.HtmlDecode(cell.Text("explanation") ?? ""), names[row], inbound);
                if (!reasons.TryGetValue(pattern, out var reason)) reasons[pattern] = reason = reasons.Count;
                cells[(row * names.Count) + names.IndexOf(inbound)] = checked((ushort)((reason << 3) | verdict));
            }
        }

        writer.AddTexts(Sections.MatrixNames, Sections.MatrixNames + 1, names.Append(matrix.Text("timestamp")![..10]));
        writer.Add(Sections.MatrixCells, cells);
        writer.AddTexts(Sections.MatrixReasons, Sections.MatrixReasons + 1, reasons.OrderBy(r => r.Value).Select(r => r.Key));
    }

    private static string Pattern(string reason, string outbound, string inbound)
    {
        // One name may begin with the other: the longer first.
        var pairs = new[] { (Name: outbound, Sign: CompatibilityMatrix.Outbound), (Name: inbound, Sign: CompatibilityMatrix.Inbound) }.OrderByDescending(p => p.Name.Length);
        var pattern = new StringBuilder(reason);
        foreach (var (name, sign) in pairs) pattern.Replace(name, sign.ToString());
        return pattern.ToString();
    }
}
