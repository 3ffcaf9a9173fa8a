using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>The licences of an SPDX 3.0 graph. They hang on packages by relationships, which may stand anywhere; of these only the two identifiers are kept.</summary>
internal sealed class Spdx3Licences(Spdx3Elements elements, SbomSink sink, SpdxReport report)
{
    private const int MaxLicenceDepth = 64;

    private readonly Dictionary<string, List<(bool Declared, string Licence)>> _licences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _customIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _licenceTexts = new(StringComparer.Ordinal);
    private long _licenceLength;

    /// <summary>Licences that were made for the export only and are none of the document's own.</summary>
    public HashSet<string> Made { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes up what an expression calls the licences that it does not list.</summary>
    public void AddExpression(JsonElement element)
    {
        foreach (var entry in Spdx3Json.Values(element, "simplelicensing_customIdToUri"))
        {
            if (Spdx3Json.Text(entry, "key") is { } key && Spdx3Json.Text(entry, "value") is { } uri) _customIds[uri] = key;
        }
    }

    /// <summary>Takes up that an element is under a licence.</summary>
    public void Add(string from, bool declared, string to, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) elements.Keep(to, value.Clone());
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_licences, from, out _);
        (list ??= new(1)).Add((declared, to));
    }

    /// <summary>Puts what an element is under onto its component.</summary>
    public void Apply(string id, SbomComponent component, SpdxComponentFields spdx)
    {
        if (!_licences.TryGetValue(id, out var statements)) return;
        foreach (var declared in (bool[])[true, false])
        {
            foreach (var (isDeclared, licence) in statements)
            {
                if (isDeclared != declared) continue;
                var text = Statement(licence);
                if (!SpdxExpression.IsAssertion(text)) component.Licences.Add(SpdxWords.Licence(text, declared ? LicenceAcknowledgement.Declared : LicenceAcknowledgement.Concluded));
                else if (declared) spdx.DeclaredLicence = text;
                else spdx.ConcludedLicence = text;
            }
        }
    }

    /// <summary>The expression of a licence, or of what points to one.</summary>
    public string Of(JsonElement value) => LicenceOf(value, 0);

    /// <summary>Hands the text of a licence on.</summary>
    public void Text(JsonElement element, string? id, string at)
    {
        if (id is null)
        {
            report.Warning(at, "The licence has no 'spdxId'.");
            return;
        }
        if (Made.Contains(CustomId(id))) return;
        sink.OnLicenceText(new SbomLicenceText(CustomId(id), Spdx3Json.Text(element, "name"), Spdx3Json.Text(element, "simplelicensing_licenseText") ?? Spdx3Json.Text(element, "licenseText"),
            [.. Spdx3Json.Texts(element, "expandedlicensing_seeAlso")], Spdx3Json.Text(element, "comment")));
    }

    /// <summary>A licence's expression, made once; what all of them say together is bounded, because a few elements can be told in very many ways.</summary>
    private string Statement(string id)
    {
        if (_licenceTexts.TryGetValue(id, out var known)) return known;
        var text = LicenceOf(id, 0);
        _licenceLength += text.Length;
        if (_licenceLength > 64 * 1024 * 1024) throw new SbomFormatException("/@graph", "The licence expressions of the document are too long.");
        return _licenceTexts[id] = text;
    }

    private string LicenceOf(JsonElement value, int depth) =>
        value.ValueKind == JsonValueKind.Object ? Licence(value, depth) : value.ValueKind == JsonValueKind.String ? LicenceOf(value.GetString()!, depth) : "NOASSERTION";

    private string LicenceOf(string id, int depth)
    {
        var local = Spdx3Json.Local(id);
        if (local is "NoAssertionLicense" or "expandedlicensing_NoAssertionLicense" or "NoAssertionElement") return "NOASSERTION";
        if (local is "NoneLicense" or "expandedlicensing_NoneLicense" or "NoneElement") return "NONE";
        if (elements.TryGetKept(id, out var kept)) return Licence(kept, depth);
        return _customIds.TryGetValue(id, out var custom) ? custom : local;
    }

    /// <summary>A licence element as an expression. The depth is bounded, which also ends a cycle.</summary>
    private string Licence(JsonElement element, int depth)
    {
        if (depth > MaxLicenceDepth) throw new SbomFormatException("/@graph", $"A licence is nested deeper than {MaxLicenceDepth}, or contains itself.");
        var id = Spdx3Json.Id(element) ?? "";
        switch (Spdx3Json.Type(element))
        {
            case "simplelicensing_LicenseExpression":
                return Spdx3Json.Text(element, "simplelicensing_licenseExpression") ?? Spdx3Json.Text(element, "licenseExpression") ?? "NOASSERTION";
            case "expandedlicensing_ConjunctiveLicenseSet" or "expandedlicensing_DisjunctiveLicenseSet":
                var word = Spdx3Json.Type(element) == "expandedlicensing_ConjunctiveLicenseSet" ? " AND " : " OR ";
                var text = new StringBuilder("(");
                foreach (var member in Spdx3Json.Values(element, "expandedlicensing_member"))
                {
                    if (text.Length > 1) text.Append(word);
                    text.Append(LicenceOf(member, depth + 1));
                    if (text.Length > 64 * 1024) throw new SbomFormatException("/@graph", "A licence expression is longer than 65536 characters.");
                }
                return text.Append(')').ToString();
            case "expandedlicensing_OrLaterOperator":
                return element.TryGetProperty("expandedlicensing_subjectLicense", out var subject) ? LicenceOf(subject, depth + 1) + "+" : "NOASSERTION";
            case "expandedlicensing_WithAdditionOperator":
                return element.TryGetProperty("expandedlicensing_subjectExtendableLicense", out var base_) && element.TryGetProperty("expandedlicensing_subjectAddition", out var addition)
                    ? $"{LicenceOf(base_, depth + 1)} WITH {Spdx3Json.Local(Spdx3Json.Reference(addition) ?? "")}" : "NOASSERTION";
            case "expandedlicensing_ListedLicense" or "ListedLicense":
                return Spdx3Json.Text(element, "licenseId") ?? Spdx3Json.Local(id);
            default:
                return CustomId(id);
        }
    }

    private string CustomId(string id)
    {
        if (_customIds.TryGetValue(id, out var custom)) return custom;
        var local = Spdx3Json.Local(id);
        return local.StartsWith("LicenseRef-", StringComparison.Ordinal) ? local : "LicenseRef-" + SpdxIds.Make(local)[8..];
    }
}
