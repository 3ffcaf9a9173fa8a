using System.Text.Json;

namespace Headwater.Core.Licences.Facts;

/// <summary>Facts as they lie in a library: identifiers in order of their letters, whatever their case, and for each its facts and texts.</summary>
internal sealed class FactSections(SectionFile file)
{
    /// <summary>The texts of one identifier, in the order in which they are packed.</summary>
    public const int TextPart = 0, HeaderPart = 1, TemplatePart = 2, HeaderTemplatePart = 3, Parts = 4;

    private readonly TextTable _ids = new(file, Sections.FactIds, Sections.FactIds + 1);
    private readonly PackedTexts _facts = new(file, Sections.FactRecords);
    private readonly PackedTexts _texts = new(file, Sections.FactTexts);
    private readonly LicenceFacts?[] _read = new LicenceFacts?[new TextTable(file, Sections.FactIds, Sections.FactIds + 1).Count];

    public int Count => _ids.Count;

    public LicenceFacts this[int i] => _read[i] ??= Read(i);

    public ReadOnlySpan<char> Id(int i) => _ids[i];

    /// <summary>Its number; negative for none.</summary>
    public int Find(ReadOnlySpan<char> id)
    {
        var (low, high) = (0, _ids.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _ids[middle].CompareTo(id, StringComparison.OrdinalIgnoreCase);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    private LicenceFacts Read(int i) => JsonSerializer.Deserialize(_facts[i]!, FactsJson.Default.LicenceFacts)! with { Packed = part => _texts[(i * Parts) + part] };
}
