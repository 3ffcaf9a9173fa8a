using System.Collections.Frozen;

namespace Headwater.Core.Licences.Identification;

/// <summary>The templates of the SPDX list, compiled.</summary>
internal sealed unsafe class Templates
{
    private readonly int* _code;
    private readonly int* _places;
    private readonly FrozenDictionary<string, int> _numbers;

    public Templates(SectionFile file)
    {
        _code = file.Section<int>(Sections.TemplateCode, out _);
        _places = file.Section<int>(Sections.TemplatePlaces, out _);
        _numbers = ExpressionSections.Texts(file, Sections.TemplateNames).Select((n, i) => (n, i)).ToFrozenDictionary(n => n.n, n => n.i, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The steps of a licence's or exception's template; nothing when it has none.</summary>
    public ReadOnlySpan<int> Of(string id) => _numbers.TryGetValue(id, out var number) ? new ReadOnlySpan<int>(_code + _places[number], _places[number + 1] - _places[number]) : default;
}
