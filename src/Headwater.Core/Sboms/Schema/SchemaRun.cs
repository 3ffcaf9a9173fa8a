using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headwater.Core.Sboms.Schema;

/// <summary>One breach of a schema.</summary>
/// <param name="At">JSON pointer.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Depth">How deep below the value that was checked.</param>
/// <param name="Discriminates">True when a fixed value differed: a branch of alternatives that was never meant.</param>
internal readonly record struct SchemaFailure(string At, string Message, int Depth, bool Discriminates);

/// <summary>
/// One check of one value. Without a list of failures it stops at the first; with one it goes on and accounts for where it is.
/// The depth of the recursion is that of the value, which its parser has bounded.
/// </summary>
internal sealed class SchemaRun(List<SchemaFailure>? failures, int max, List<SbomError>? warnings, string start)
{
    private const int MaxListed = 12;
    private readonly Stack<(string? Name, int Index)> _path = new();
    private List<SchemaFailure>? _failures = failures;
    private int _max = max;

    /// <summary>True when something was tolerated that is worth a warning.</summary>
    public bool IsOdd { get; private set; }

    public bool Check(SchemaNode node, JsonElement value, PropertySet? seen)
    {
        node = node.Target;
        if (node.Literal is { } literal) return literal || Fail("is not allowed here");
        var w = node.Words;
        var ok = true;

        if (w.UnevaluatedProperties is not null && value.ValueKind == JsonValueKind.Object) seen = new PropertySet(value, seen);
        if (w.Ref is not null && !And(ref ok, Check(w.Ref, value, seen))) return false;
        if (w.Types != JsonTypes.None && !HasType(value, w.Types)) return Fail($"must be {Describe(w.Types)}, not {Describe(value)}");
        if (w.Const is { } constant && !JsonElement.DeepEquals(constant, value)) { if (!And(ref ok, Fail($"must be {Shorten(constant)}, not {Shorten(value)}", true))) return false; }
        if (w.EnumCount > 0 && !And(ref ok, CheckEnum(w, value))) return false;

        var kind = value.ValueKind;
        if (kind == JsonValueKind.Object) { if (!And(ref ok, CheckObject(w, value, seen))) return false; }
        else if (kind == JsonValueKind.Array) { if (!And(ref ok, CheckArray(w, value))) return false; }
        else if (kind == JsonValueKind.String) { if (!And(ref ok, CheckString(w, value))) return false; }
        else if (kind == JsonValueKind.Number) { if (!And(ref ok, CheckNumber(w, value))) return false; }

        foreach (var each in w.AllOf) if (!And(ref ok, Check(each, value, seen))) return false;
        if (w.AnyOf.Length > 0 && !And(ref ok, CheckAlternatives(w.AnyOf, value, seen, exactlyOne: false))) return false;
        if (w.OneOf.Length > 0 && !And(ref ok, CheckAlternatives(w.OneOf, value, seen, exactlyOne: true))) return false;
        if (w.Not is not null && Quietly(w.Not, value, null) && !And(ref ok, Fail("has a form that is not allowed here" + Forbidden(w.Not)))) return false;
        if (w.If is not null)
        {
            var branch = Quietly(w.If, value, seen) ? w.Then : w.Else;
            if (branch is not null && !And(ref ok, Check(branch, value, seen))) return false;
        }

        if (w.UnevaluatedProperties is not null && seen is not null && value.ValueKind == JsonValueKind.Object && !And(ref ok, CheckUnevaluated(w.UnevaluatedProperties, value, seen))) return false;
        return ok;
    }

    /// <summary>Remembers a failure; false when the run should stop here.</summary>
    private bool And(ref bool ok, bool result)
    {
        ok &= result;
        return result || (_failures is not null && _failures.Count < _max);
    }

    private bool CheckObject(Keywords w, JsonElement value, PropertySet? seen)
    {
        var ok = true;
        foreach (var (name, utf8) in w.Required)
        {
            if (!value.TryGetProperty(utf8, out _) && !And(ref ok, Fail($"the required property \"{name}\" is missing"))) return false;
        }

        foreach (var (name, needs) in w.DependentRequired)
        {
            if (!value.TryGetProperty(name, out _)) continue;
            foreach (var need in needs)
            {
                if (!value.TryGetProperty(need, out _) && !And(ref ok, Fail($"the property \"{need}\" is missing, which \"{name}\" requires"))) return false;
            }
        }

        foreach (var (name, node) in w.DependentSchemas)
        {
            if (value.TryGetProperty(name, out _) && !And(ref ok, Check(node, value, seen))) return false;
        }

        if (w.MinProperties > 0 || w.MaxProperties < int.MaxValue)
        {
            var count = value.GetPropertyCount();
            if (count < w.MinProperties && !And(ref ok, Fail($"must have at least {w.MinProperties} properties"))) return false;
            if (count > w.MaxProperties && !And(ref ok, Fail($"must have at most {w.MaxProperties} properties"))) return false;
        }

        if (w.Properties is null && w.AdditionalProperties is null && w.PatternProperties.Length == 0 && w.PropertyNames is null) return ok;
        var index = -1;
        foreach (var p in value.EnumerateObject())
        {
            index++;
            var raw = JsonMarshal.GetRawUtf8PropertyName(p);
            var node = w.Properties?.Find(raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(p.Name) : raw);
            var known = node is not null;
            if (node is not null && !Inside(p.Name, node, p.Value, ref ok)) return false;
            foreach (var (pattern, patternNode) in w.PatternProperties)
            {
                if (!Matches(pattern, p.Name)) continue;
                known = true;
                if (!Inside(p.Name, patternNode, p.Value, ref ok)) return false;
            }

            if (!known && w.AdditionalProperties is { } additional)
            {
                known = true;
                if (additional.Literal == false) { if (!And(ref ok, FailAt(p.Name, "is not a property that is allowed here"))) return false; }
                else if (!Inside(p.Name, additional, p.Value, ref ok)) return false;
            }

            if (w.PropertyNames is not null)
            {
                using var name = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(p.Name, SchemaJson.Default.String));
                if (!Inside(p.Name, w.PropertyNames, name.RootElement, ref ok)) return false;
            }

            if (known) seen?.Add(index);
        }

        return ok;
    }

    private bool CheckUnevaluated(SchemaNode node, JsonElement value, PropertySet seen)
    {
        var ok = true;
        var index = -1;
        foreach (var p in value.EnumerateObject())
        {
            index++;
            if (seen.Has(index)) continue;
            seen.Add(index);
            if (node.Literal == false) { if (!And(ref ok, FailAt(p.Name, "is not a property that is allowed here"))) return false; }
            else if (!Inside(p.Name, node, p.Value, ref ok)) return false;
        }

        return ok;
    }

    private bool CheckArray(Keywords w, JsonElement value)
    {
        var ok = true;
        var length = value.GetArrayLength();
        if (length < w.MinItems && !And(ref ok, Fail($"must have at least {w.MinItems} {(w.MinItems == 1 ? "element" : "elements")}, has {length}"))) return false;
        if (length > w.MaxItems && !And(ref ok, Fail($"must have at most {w.MaxItems} {(w.MaxItems == 1 ? "element" : "elements")}, has {length}"))) return false;
        var hashes = w.UniqueItems && length > 1 ? new Dictionary<ulong, int>(length) : null;
        var found = w.Contains is null;
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            var node = index < w.PrefixItems.Length ? w.PrefixItems[index] : w.Items;
            if (node is not null)
            {
                _path.Push((null, index));
                var inner = Check(node, element, null);
                _path.Pop();
                if (!And(ref ok, inner)) return false;
            }

            if (hashes is not null && !hashes.TryAdd(JsonHash.Of(element), index))
            {
                if (!And(ref ok, FailAt(index.ToString(CultureInfo.InvariantCulture), $"is the same as element {hashes[JsonHash.Of(element)]}; each may be listed once"))) return false;
            }

            found = found || Quietly(w.Contains!, element, null);
            index++;
        }

        return (found || Fail("lacks an element that is required here")) && ok;
    }

    private bool CheckString(Keywords w, JsonElement value)
    {
        if (w.Regex is null && w.Format is null && w.MinLength == 0 && w.MaxLength == int.MaxValue) return true;
        var text = value.GetString()!;
        var ok = true;
        if (w.MinLength > 0 || w.MaxLength < int.MaxValue)
        {
            var length = text.EnumerateRunes().Count();
            if (length < w.MinLength && !And(ref ok, Fail(length == 0 ? "must not be empty" : $"must have at least {w.MinLength} characters, has {length}"))) return false;
            if (length > w.MaxLength && !And(ref ok, Fail($"must have at most {w.MaxLength} characters, has {length}"))) return false;
        }

        if (w.Regex is not null && !Matches(w.Regex, text) && !And(ref ok, Fail($"{Shorten(value)} does not match the pattern {w.PatternText}"))) return false;
        if (w.Format is null) return ok;
        var format = SchemaFormats.Check(w.Format, text);
        if (format.Valid) return ok;
        if (format.Tolerated) Tolerate(value, format.Name);
        else if (!And(ref ok, Fail($"{Shorten(value)} is not {format.Name}"))) return false;
        return ok;
    }

    private void Tolerate(JsonElement value, string format)
    {
        IsOdd = true;
        if (_failures is not null) warnings?.Add(new SbomError(Pointer(), $"{Shorten(value)} is not {format}"));
    }

    private bool CheckNumber(Keywords w, JsonElement value)
    {
        if (w.Minimum is null && w.Maximum is null && w.ExclusiveMinimum is null && w.ExclusiveMaximum is null && w.MultipleOf is null) return true;
        var n = value.GetDouble();
        if (n < w.Minimum) return Fail($"must be at least {w.Minimum}, is {Shorten(value)}");
        if (n > w.Maximum) return Fail($"must be at most {w.Maximum}, is {Shorten(value)}");
        if (n <= w.ExclusiveMinimum) return Fail($"must be more than {w.ExclusiveMinimum}, is {Shorten(value)}");
        if (n >= w.ExclusiveMaximum) return Fail($"must be less than {w.ExclusiveMaximum}, is {Shorten(value)}");
        return w.MultipleOf is null || Math.Abs(Math.IEEERemainder(n, w.MultipleOf.Value)) < 1e-9 || Fail($"must be a multiple of {w.MultipleOf}, is {Shorten(value)}");
    }

    private bool CheckEnum(Keywords w, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
            if (w.EnumStrings?.Find(raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(value.GetString()!) : raw) is not null) return true;
        }
        else
        {
            foreach (var other in w.EnumOthers) if (JsonElement.DeepEquals(other, value)) return true;
        }

        var listed = w.EnumStrings is { } strings && strings.Keys.Count <= MaxListed
            ? "must be one of " + string.Join(", ", strings.Keys) + ", not " + Shorten(value)
            : $"{Shorten(value)} is not one of the {w.EnumCount} values that are allowed";
        return Fail(listed);
    }

    private bool CheckAlternatives(SchemaNode[] branches, JsonElement value, PropertySet? seen, bool exactlyOne)
    {
        var matches = 0;
        foreach (var branch in branches)
        {
            if (!Quietly(branch, value, seen)) continue;
            matches++;
            if (!exactlyOne && seen is null) break;
            if (exactlyOne && matches > 1) break;
        }

        if (matches == 1 || (matches > 1 && !exactlyOne)) return !WantsWarnings || WarnFrom(branches, value);
        if (matches > 1) return Fail("fits more than one of the alternatives, of which only one may be used");
        if (_failures is null) return false;
        ReportNearest(branches, value);
        return false;
    }

    private bool WantsWarnings => warnings is not null && _failures is not null;

    /// <summary>The branch that fitted was tried in silence; its tolerated oddities are found by trying it again.</summary>
    private bool WarnFrom(SchemaNode[] branches, JsonElement value)
    {
        foreach (var branch in branches)
        {
            if (Quietly(branch, value, null)) return Check(branch, value, null);
        }

        return true;
    }

    /// <summary>Reports the branch that came nearest: not one whose fixed value differs, then the one that went deepest, then the one with fewest faults.</summary>
    private void ReportNearest(SchemaNode[] branches, JsonElement value)
    {
        var (outer, outerMax) = (_failures!, _max);
        List<SchemaFailure>? best = null;
        var bestScore = (Discriminates: 2, Depth: 0, Count: 0);
        foreach (var branch in branches)
        {
            (_failures, _max) = ([], 8);
            Check(branch, value, null);
            if (_failures.Count == 0) continue;
            var score = (_failures.Exists(f => f.Discriminates) ? 1 : 0, -_failures.Min(f => f.Depth), _failures.Count);
            if (best is null || score.CompareTo(bestScore) < 0) (best, bestScore) = (_failures, score);
        }

        (_failures, _max) = (outer, outerMax);
        if (best is null) Fail("fits none of the alternatives");
        else outer.AddRange(best.Take(Math.Max(0, outerMax - outer.Count)));
    }

    /// <summary>Tries a schema without reporting. What it evaluates counts only when it fits.</summary>
    private bool Quietly(SchemaNode node, JsonElement value, PropertySet? seen)
    {
        var (outer, outerMax) = (_failures, _max);
        (_failures, _max) = (null, 0);
        var mine = seen?.Fork();
        var ok = Check(node, value, mine);
        if (ok) seen?.Merge(mine!);
        (_failures, _max) = (outer, outerMax);
        return ok;
    }

    private bool Inside(string name, SchemaNode node, JsonElement value, ref bool ok)
    {
        _path.Push((name, 0));
        var inner = Check(node, value, null);
        _path.Pop();
        return And(ref ok, inner);
    }

    private bool FailAt(string name, string message)
    {
        if (_failures is null) return false;
        _path.Push((name, 0));
        Fail(message);
        _path.Pop();
        return false;
    }

    private bool Fail(string message, bool discriminates = false)
    {
        if (_failures is not null && _failures.Count < _max) _failures.Add(new SchemaFailure(Pointer(), message, _path.Count, discriminates));
        return false;
    }

    private string Pointer()
    {
        var text = new StringBuilder(start);
        foreach (var (name, index) in _path.Reverse())
        {
            text.Append('/');
            if (name is null) text.Append(index);
            else text.Append(Short(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }

        return text.ToString();
    }

    private static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static bool HasType(JsonElement value, JsonTypes types) => (types & value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => (types & JsonTypes.Number) != 0 || IsWhole(value) ? JsonTypes.Integer : JsonTypes.Number,
    }) != 0;

    private static bool IsWhole(JsonElement value) => value.TryGetInt64(out _) || (value.TryGetDouble(out var d) && Math.Floor(d) == d && !double.IsInfinity(d));

    private static string Describe(JsonTypes types) => (types & JsonTypes.Number) != 0
        ? "a number"
        : string.Join(" or ", Enum.GetValues<JsonTypes>().Where(t => t != JsonTypes.None && (types & t) == t).Select(t => t switch
        {
            JsonTypes.Array => "a list",
            JsonTypes.Object => "an object",
            JsonTypes.Integer => "a whole number",
            JsonTypes.Boolean => "true or false",
            JsonTypes.Null => "null",
            _ => "a string",
        }));

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => Shorten(value),
    };

    private static string Forbidden(SchemaNode not) => not.Literal is null && not.Words.Required.Length > 0
        ? " (" + string.Join(" together with ", not.Words.Required.Select(r => "\"" + r.Name + "\"")) + ")"
        : string.Empty;

    private static string Shorten(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "\"" + Short(value.GetString()!) + "\"",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Short(value.GetRawText()),
    };

    private static string Short(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "…");
}

/// <summary>Which properties of one object some keyword has looked at (for <c>unevaluatedProperties</c>).</summary>
internal sealed class PropertySet
{
    private readonly ulong[] _bits;
    private readonly PropertySet? _outer;

    public PropertySet(JsonElement value, PropertySet? outer)
    {
        _bits = new ulong[(value.GetPropertyCount() + 63) / 64];
        _outer = outer;
    }

    private PropertySet(int words) => _bits = new ulong[words];

    public bool Has(int index) => (_bits[index >> 6] & (1UL << (index & 63))) != 0;

    public void Add(int index)
    {
        _bits[index >> 6] |= 1UL << (index & 63);
        _outer?.Add(index);
    }

    public PropertySet Fork() => new(_bits.Length);

    public void Merge(PropertySet other)
    {
        for (var i = 0; i < _bits.Length; i++) _bits[i] |= other._bits[i];
        _outer?.Merge(other);
    }
}
