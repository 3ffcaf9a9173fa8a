using System.Runtime.InteropServices;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>What stands where in an SPDX 3.0 graph: all identifiers, the elements that others need, and the references by which the model names them.</summary>
internal sealed class Spdx3Elements(SpdxReport report)
{
    public const byte PackageId = 1;
    public const byte FileId = 2;
    public const byte OtherId = 3;
    private const byte Seen = 4;

    private readonly Dictionary<string, byte> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _kept = new(StringComparer.Ordinal);

    public Spdx2Check Check => field ??= new Spdx2Check(report);

    /// <summary>The references that elements had before they became SPDX 3, by identifier.</summary>
    public Dictionary<string, string> Refs { get; } = new(StringComparer.Ordinal);

    /// <summary>The prefixes of other documents, by their namespaces.</summary>
    public Dictionary<string, string> Prefixes { get; } = new(StringComparer.Ordinal);

    /// <summary>Identifiers of elements in other documents.</summary>
    public HashSet<string> Imported { get; } = new(StringComparer.Ordinal);

    /// <summary>What the identifiers of a document that came from SPDX 2 begin with; null for others.</summary>
    public string? Namespace { get; set; }

    public void Add(string id, byte role)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out var known);
        if (!known) state = role;
    }

    /// <summary>Says that an element is handed on.</summary>
    /// <returns>False when one of that identifier was before.</returns>
    public bool See(string id)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out _);
        var first = (state & Seen) == 0;
        state |= Seen;
        return first;
    }

    /// <summary>What an identifier is of; 0 for none in the document.</summary>
    public int Role(string id) => _ids.TryGetValue(id, out var state) ? state & 3 : 0;

    public bool Contains(string id) => _ids.ContainsKey(id);

    public void Keep(string id, JsonElement element) => _kept[id] = element;

    public bool TryGetKept(string id, out JsonElement element) => _kept.TryGetValue(id, out element);

    public JsonElement? Resolve(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return value;
        return value.ValueKind == JsonValueKind.String && _kept.TryGetValue(value.GetString()!, out var kept) ? kept : null;
    }

    public string? AgentType(JsonElement value) => Resolve(value) is { } agent ? Spdx3Json.Type(agent) : null;

    public SbomOrganisation? Agent(JsonElement value)
    {
        if (Resolve(value) is not { } agent)
            return Spdx3Json.Reference(value) is { } id ? new SbomOrganisation(id.EndsWith("/SpdxOrganization", StringComparison.Ordinal) ? "SPDX" : id, [], []) : null;
        string? mail = null;
        foreach (var name in (string[])["externalIdentifier", "externalIdentifiers"])
        {
            foreach (var identifier in Spdx3Json.Values(agent, name))
            {
                if (Resolve(identifier) is { } found && Spdx3Json.Text(found, "externalIdentifierType") == "email") mail ??= Spdx3Json.Text(found, "identifier");
            }
        }
        return new SbomOrganisation(Spdx3Json.Text(agent, "name") ?? Spdx3Json.Id(agent), [], mail is null ? [] : [new SbomContact(null, mail)], Spdx3Json.Type(agent) == "Person");
    }

    /// <summary>The reference by which the model names an element: short for what came from SPDX 2.</summary>
    public string Ref(string id)
    {
        if (Refs.TryGetValue(id, out var before)) return before;
        if (Namespace is not null && id.StartsWith(Namespace, StringComparison.Ordinal) && id.Length > Namespace.Length) return id[Namespace.Length..];
        var hash = id.IndexOf('#');
        return hash > 0 && Prefixes.Count > 0 && Prefixes.TryGetValue(id[..(hash + 1)], out var prefix) ? $"{prefix}:{id[(hash + 1)..]}" : id;
    }

    /// <summary>True for what is in the document, or in another that it names.</summary>
    public bool Known(string id) => _ids.ContainsKey(id) || Imported.Contains(id) || Ref(id).StartsWith("DocumentRef-", StringComparison.Ordinal);

    public string? Date(JsonElement element, string name, string at)
    {
        var text = Spdx3Json.Text(element, name);
        Check.Date(text, $"{at}/{name}", name);
        return text;
    }

    public SbomHash? Hash(JsonElement method, string at)
    {
        if (Spdx3Json.Text(method, "algorithm") is not { } algorithm || Spdx3Json.Text(method, "hashValue") is not { } value) return null;
        if (Spdx3Words.Algorithm(algorithm) is not { } name)
        {
            if (Spdx3Check.IsOtherAlgorithm(algorithm)) report.Warning($"{at}/verifiedUsing", $"A hash by '{algorithm}' cannot be kept; it is left out.");
            else report.Error($"{at}/verifiedUsing", $"'{Spdx2Check.Shorten(algorithm)}' is no hash algorithm of SPDX 3.0.");
            return null;
        }
        if (name == "SHA3-224") return new SbomHash(name, value.ToLowerInvariant());
        return Check.Checksum(SpdxWords.AlgorithmsBack[name], value, $"{at}/verifiedUsing");
    }

    /// <summary>An element without its creation information, which is the document's matter.</summary>
    public static JsonElement WithoutCreation(JsonElement element)
    {
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name != "creationInfo") properties[property.Name] = property.Value;
        }
        return JsonSerializer.SerializeToElement(properties);
    }
}
