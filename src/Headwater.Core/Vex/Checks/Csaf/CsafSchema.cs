using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>What of CSAF's schema and lists is needed in more than one place.</summary>
internal static partial class CsafSchema
{
    private static readonly Lazy<JsonSchema> s_strict = new(LoadStrict);
    private static readonly Lazy<FrozenDictionary<string, string>> s_weaknesses = new(LoadWeaknesses);

    public static JsonSchema Document => VexReport.Schema("csaf-2.0.schema.json");

    /// <summary>The schema that refuses what it does not name (test 6.2.20). The CVSS schemas stay as they are: they are alternatives, and closing them would change which one fits.</summary>
    public static JsonSchema Strict => s_strict.Value;

    /// <summary>The name of a weakness; null when the list does not have the identifier.</summary>
    public static string? Weakness(string id) => s_weaknesses.Value.GetValueOrDefault(id);

    public static bool IsCve(string id) => Cve().IsMatch(id);

    public static bool IsPurl(string text) => Purl().IsMatch(text) && SchemaFormats.Check("uri", text).Valid;

    public static bool IsCpe(string text) => Packages.Cpe.TryParse(text, out _, out _) && Document.Definition("full_product_name_t")!.Property("product_identification_helper")!.Property("cpe")!.IsValid(Json(text));

    /// <summary>The file name of a document (CSAF 2.0, 5.1).</summary>
    public static string FileName(string id) => NotInName().Replace(id.ToLowerInvariant(), "_") + ".json";

    public static bool IsVers(string text) => Vers().IsMatch(text);

    /// <summary>The document's category without what test 6.1.26 removes.</summary>
    public static string Bare(string category)
    {
        var bare = new StringBuilder(category.Length);
        foreach (var c in category)
        {
            if (!char.IsWhiteSpace(c) && c != '_' && char.GetUnicodeCategory(c) != UnicodeCategory.DashPunctuation) bare.Append(char.ToLowerInvariant(c));
        }

        return bare.ToString();
    }

    private static System.Text.Json.JsonElement Json(string text) => System.Text.Json.JsonSerializer.SerializeToElement(text, SchemaJson.Default.String);

    private static JsonSchema LoadStrict()
    {
        using var stream = VexReport.Open("csaf-2.0.schema.json")!;
        var schema = JsonNode.Parse(stream)!;
        Close(schema, false);
        return JsonSchema.Load(new MemoryStream(Encoding.UTF8.GetBytes(schema.ToJsonString())), reference => VexReport.Open(reference[(reference.LastIndexOf('/') + 1)..]));
    }

    /// <summary>In what holds schemas by name (<paramref name="names"/>), "properties" would be one of the names.</summary>
    private static void Close(JsonNode? node, bool names)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Close(item, false);
        }
        else if (node is JsonObject o)
        {
            foreach (var (name, inner) in o) Close(inner, !names && name is "properties" or "$defs");
            if (!names && o["properties"] is JsonObject) o["additionalProperties"] = false;
        }
    }

    private static FrozenDictionary<string, string> LoadWeaknesses()
    {
        using var reader = new StreamReader(VexReport.Open("cwe.tsv")!);
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#') && line.IndexOf('\t', StringComparison.Ordinal) is > 0 and var tab) all.Add("CWE-" + line[..tab], line[(tab + 1)..]);
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^CVE-[0-9]{4}-[0-9]{4,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Cve();

    [GeneratedRegex(@"^pkg:[A-Za-z\.\-\+][A-Za-z0-9\.\-\+]*/.+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Purl();

    [GeneratedRegex(@"[^+\-a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInName();

    [GeneratedRegex(@"^vers:[a-z\.\-\+][a-z0-9\.\-\+]*/.+", RegexOptions.CultureInvariant)]
    private static partial Regex Vers();
}
