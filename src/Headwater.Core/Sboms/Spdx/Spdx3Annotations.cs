using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>The annotations of an SPDX 3.0 graph, by what they are about. Some carry what SPDX has no word for; see <see cref="SpdxCarry"/>.</summary>
internal sealed class Spdx3Annotations(Spdx3Elements elements)
{
    private readonly Dictionary<string, List<JsonElement>> _annotations = new(StringComparer.Ordinal);

    /// <summary>True when some carry what SPDX has no word for.</summary>
    public bool Carry { get; private set; }

    public void Add(JsonElement element)
    {
        var isCarried = SpdxCarry.TryRead(Spdx3Json.Text(element, "statement"), out var carried);
        foreach (var subject in Spdx3Json.Values(element, "subject"))
        {
            if (Spdx3Json.Reference(subject) is not { } about) continue;
            if (!_annotations.TryGetValue(about, out var list)) _annotations[about] = list = [];
            list.Add(element.Clone());
            if (!isCarried) continue;
            Carry = true;
            if (Spdx3Json.Text(carried, "Ref") is { Length: > 0 } reference) elements.Refs[about] = reference;
        }
    }

    /// <summary>Those about an element.</summary>
    public IReadOnlyList<JsonElement> About(string id) => _annotations.TryGetValue(id, out var list) ? list : [];

    /// <summary>One as the model has it.</summary>
    public SpdxAnnotation Read(JsonElement element)
    {
        JsonElement? creation = element.TryGetProperty("creationInfo", out var info) ? elements.Resolve(info) : null;
        string? who = null;
        if (creation is { } made)
        {
            foreach (var value in Spdx3Json.Values(made, "createdBy"))
            {
                if (elements.Agent(value) is not { } agent) continue;
                who ??= elements.AgentType(value) is "SoftwareAgent" or "Tool" ? "Tool: " + agent.Name : SpdxWords.Text(agent);
            }
        }
        return new SpdxAnnotation(who, creation is { } c ? Spdx3Json.Text(c, "created") : null, Spdx3Json.Text(element, "annotationType")?.ToUpperInvariant(), Spdx3Json.Text(element, "statement"));
    }
}
