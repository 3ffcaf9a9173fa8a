using System.Text.Json;

namespace Headwater.Core.Sboms.Schema;

/// <summary>
/// A JSON Schema (draft-07, 2019-09, 2020-12: the keywords that the SBOM standards use) that checks a <see cref="JsonElement"/>.
/// Its parts can be taken out, so that a list too large for memory is checked element by element. Compiled as it is used; safe
/// for several threads.
/// </summary>
internal sealed class JsonSchema
{
    private readonly SchemaNode _node;

    private JsonSchema(SchemaNode node) => _node = node;

    /// <summary>Loads a schema.</summary>
    /// <param name="schema">The schema as UTF-8.</param>
    /// <param name="resolve">Opens another schema by the file name in a <c>$ref</c>; null when there is none.</param>
    public static JsonSchema Load(Stream schema, Func<string, Stream?> resolve) => new(new SchemaSet(resolve).Add(string.Empty, schema).Root);

    /// <summary>The schema of a property, with <c>$ref</c> followed; null when none is given for that name.</summary>
    public JsonSchema? Property(string name) => _node.Target.PropertyNamed(name) is { } found ? new JsonSchema(found.Target) : null;

    /// <summary>The names of the properties that the schema describes.</summary>
    public IEnumerable<string> PropertyNames => _node.Target.PropertyNames;

    /// <summary>The schema of an array's elements; null when any element will do.</summary>
    public JsonSchema? Items => _node.Target.Items is { } found ? new JsonSchema(found.Target) : null;

    /// <summary>A part of <c>definitions</c> or <c>$defs</c> of the same document.</summary>
    public JsonSchema? Definition(string name) =>
        (_node.Document.TryAt("/definitions/" + name) ?? _node.Document.TryAt("/$defs/" + name)) is { } found ? new JsonSchema(found) : null;

    /// <summary>Alternatives (<c>oneOf</c>, <c>anyOf</c>, <c>allOf</c>) in the order of the schema.</summary>
    public IEnumerable<JsonSchema> Alternatives => _node.Target.Alternatives.Select(n => new JsonSchema(n.Target));

    /// <summary>True when an array may not hold two equal elements.</summary>
    public bool UniqueItems => _node.Target.UniqueItems;

    /// <summary>The properties that must be present.</summary>
    public IReadOnlyList<string> Required => _node.Target.Required;

    /// <summary>True when properties that the schema does not name are refused.</summary>
    public bool Closed => _node.Target.AdditionalProperties?.Literal == false;

    /// <summary>True when values may be of that JSON type (<c>array</c>, <c>object</c>, <c>string</c>, …) or no type is given.</summary>
    public bool Allows(string type) => _node.Target.Allows(type);

    /// <summary>The same schema, wherever it was reached from, is the same identity.</summary>
    public object Identity => _node;

    /// <summary>Checks a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="atPointer">JSON pointer of the value in its document.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <param name="maxErrors">The list is not filled beyond this.</param>
    /// <param name="warnings">Receives breaches of the formats that real documents often get wrong (addresses); null to ignore them.</param>
    /// <returns>True when the value is valid.</returns>
    public bool Validate(JsonElement value, string atPointer, List<SbomError> errors, int maxErrors, List<SbomError>? warnings = null)
    {
        if (errors.Count >= maxErrors) return false;
        // The usual case is a valid value: look first without keeping an account of where one is.
        var quick = new SchemaRun(null, 0, null, string.Empty);
        if (quick.Check(_node, value, null) && (warnings is null || !quick.IsOdd)) return true;
        var failures = new List<SchemaFailure>();
        var valid = new SchemaRun(failures, maxErrors - errors.Count, warnings, atPointer).Check(_node, value, null);
        foreach (var failure in failures) errors.Add(new SbomError(failure.At, failure.Message));
        return valid;
    }

    /// <summary>Checks a value without saying why.</summary>
    public bool IsValid(JsonElement value) => new SchemaRun(null, 0, null, string.Empty).Check(_node, value, null);
}
