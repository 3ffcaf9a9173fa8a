using System.Text;
using System.Text.Json;

namespace Headwater.Core.Advisories.Building;

/// <summary>
/// Reads one OSV 1.x record from UTF-8 JSON in one pass over its tokens. Keeps the texts it has seen, since versions and names repeat
/// by the thousand; one reader serves one thread.
/// </summary>
internal sealed class OsvRecordReader
{
    private const int MaxIdLength = 256;
    private const int MaxNameLength = PackageNames.MaxLength;
    private const int MaxSummaryLength = 300;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly char[] _chars = new char[1024];
    private readonly List<string> _aliases = [], _versions = [];
    private readonly List<SeverityFacts> _severities = [];
    private readonly List<AffectedFacts> _affected = [];
    private readonly List<EventFacts[]> _ranges = [];
    private readonly List<EventFacts> _events = [];

    /// <exception cref="JsonException">It is not JSON, or not an OSV record; the message says what is wrong.</exception>
    public RecordFacts Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadRecord(json);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            // What Utf8JsonReader throws for a value of another type and for text that is not Unicode.
            throw new JsonException(e.Message, e);
        }
    }

    private RecordFacts ReadRecord(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An OSV record is a JSON object.");

        string? id = null, summary = null, details = null;
        long? modified = null, published = null, withdrawn = null;
        var (aliases, severities, affected) = (_aliases, _severities, _affected);
        aliases.Clear();
        severities.Clear();
        affected.Clear();
        var word = Severity.Unknown;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8)) id = NextString(ref reader);
            else if (reader.ValueTextEquals("schema_version"u8)) RequireMajor1(NextString(ref reader));
            else if (reader.ValueTextEquals("modified"u8)) modified = NextTime(ref reader, "modified");
            else if (reader.ValueTextEquals("published"u8)) published = NextTime(ref reader, "published");
            else if (reader.ValueTextEquals("withdrawn"u8)) withdrawn = NextTime(ref reader, "withdrawn");
            else if (reader.ValueTextEquals("summary"u8)) summary = NextString(ref reader);
            else if (reader.ValueTextEquals("details"u8)) details = NextString(ref reader);
            else if (reader.ValueTextEquals("aliases"u8)) ReadStrings(ref reader, aliases, "aliases");
            else if (reader.ValueTextEquals("severity"u8)) ReadSeverities(ref reader, severities, ref word);
            else if (reader.ValueTextEquals("database_specific"u8)) ReadSeverityWord(ref reader, ref word);
            else if (reader.ValueTextEquals("affected"u8)) ReadAffected(ref reader, affected, severities, ref word);
            else SkipValue(ref reader);
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) throw new JsonException("The record does not end where its object ends.");
        if (!IsIdentifier(id)) throw new JsonException("The record has no usable \"id\": printable ASCII without spaces, at most 256 characters.");
        if (modified is null) throw new JsonException($"{id} has no \"modified\".");
        aliases.RemoveAll(alias => !IsIdentifier(alias));
        return new RecordFacts
        {
            Id = id!,
            Aliases = [.. aliases],
            Summary = OneLine(summary) ?? OneLine(details),
            Modified = modified.Value,
            Published = published,
            Withdrawn = withdrawn,
            Severities = [.. severities],
            SeverityWord = word,
            Affected = [.. affected],
        };
    }

    private void ReadAffected(ref Utf8JsonReader reader, List<AffectedFacts> all, List<SeverityFacts> severities, ref Severity word)
    {
        if (!BeginArray(ref reader, "affected")) return;
        while (NextObject(ref reader, "affected"))
        {
            string? ecosystem = null, name = null;
            var (ranges, versions) = (_ranges, _versions);
            ranges.Clear();
            versions.Clear();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("package"u8)) ReadPackage(ref reader, ref ecosystem, ref name);
                else if (reader.ValueTextEquals("ranges"u8)) ReadRanges(ref reader, ranges);
                else if (reader.ValueTextEquals("versions"u8)) ReadStrings(ref reader, versions, "versions");
                else if (reader.ValueTextEquals("severity"u8)) ReadSeverities(ref reader, severities, ref word);
                else if (reader.ValueTextEquals("database_specific"u8) || reader.ValueTextEquals("ecosystem_specific"u8)) ReadSeverityWord(ref reader, ref word);
                else SkipValue(ref reader);
            }

            // Without a package only commits are named; a package version cannot be one of them.
            if (string.IsNullOrEmpty(ecosystem) || string.IsNullOrEmpty(name)) continue;
            if (ecosystem.Length > MaxNameLength || name.Length > MaxNameLength) throw new JsonException($"A package's ecosystem or name is longer than {MaxNameLength} characters.");
            all.Add(new AffectedFacts { Ecosystem = ecosystem, Name = name, Ranges = [.. ranges], Versions = [.. versions] });
        }
    }

    private void ReadPackage(ref Utf8JsonReader reader, ref string? ecosystem, ref string? name)
    {
        if (!BeginObject(ref reader, "package")) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ecosystem"u8)) ecosystem = NextString(ref reader);
            else if (reader.ValueTextEquals("name"u8)) name = NextString(ref reader);
            else SkipValue(ref reader);
        }
    }

    private void ReadRanges(ref Utf8JsonReader reader, List<EventFacts[]> ranges)
    {
        if (!BeginArray(ref reader, "ranges")) return;
        var events = _events;
        while (NextObject(ref reader, "ranges"))
        {
            events.Clear();
            string? type = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8)) type = NextString(ref reader);
                else if (reader.ValueTextEquals("events"u8)) ReadEvents(ref reader, events);
                else SkipValue(ref reader);
            }

            // A GIT range needs the repository; it is left out, and the ranges after it are read all the same.
            if (type is "SEMVER" or "ECOSYSTEM" && events.Count > 0) ranges.Add([.. events]);
        }
    }

    private void ReadEvents(ref Utf8JsonReader reader, List<EventFacts> events)
    {
        if (!BeginArray(ref reader, "events")) return;
        while (NextObject(ref reader, "events"))
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                EventKind? kind = reader.ValueTextEquals("introduced"u8) ? EventKind.Introduced
                    : reader.ValueTextEquals("fixed"u8) ? EventKind.Fixed
                    : reader.ValueTextEquals("last_affected"u8) ? EventKind.LastAffected
                    : reader.ValueTextEquals("limit"u8) ? EventKind.Limit : null;
                if (kind is null)
                {
                    SkipValue(ref reader);
                    continue;
                }

                if (NextString(ref reader) is not { } version) continue;
                if (kind == EventKind.Introduced && version == "0") kind = EventKind.IntroducedZero;
                if (kind == EventKind.Limit && version == "*") kind = EventKind.LimitInfinity;
                events.Add(new EventFacts(kind.Value, version));
            }
        }
    }

    private void ReadSeverities(ref Utf8JsonReader reader, List<SeverityFacts> severities, ref Severity word)
    {
        if (!BeginArray(ref reader, "severity")) return;
        while (NextObject(ref reader, "severity"))
        {
            string? type = null, score = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8)) type = NextString(ref reader);
                else if (reader.ValueTextEquals("score"u8)) score = NextString(ref reader);
                else SkipValue(ref reader);
            }

            if (type is null || score is null) continue;
            if (type.StartsWith("CVSS", StringComparison.Ordinal)) severities.Add(new SeverityFacts(type, score));
            else word = Max(word, RecordSeverity.FromWord(score));
        }
    }

    /// <summary>Databases without vectors say the severity in a word, under a key that all of them happen to name alike.</summary>
    private void ReadSeverityWord(ref Utf8JsonReader reader, ref Severity word)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = reader.ValueTextEquals("severity"u8);
            reader.Read();
            if (named && reader.TokenType == JsonTokenType.String) word = Max(word, RecordSeverity.FromWord(Text(ref reader)));
            else reader.Skip();
        }
    }

    private void ReadStrings(ref Utf8JsonReader reader, List<string> into, string what)
    {
        if (!BeginArray(ref reader, what)) return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) throw new JsonException($"\"{what}\" holds something that is not a string.");
            into.Add(Text(ref reader));
        }
    }

    private static bool BeginArray(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return false;
        return reader.TokenType == JsonTokenType.StartArray ? true : throw new JsonException($"\"{what}\" is not an array.");
    }

    private static bool BeginObject(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return false;
        return reader.TokenType == JsonTokenType.StartObject ? true : throw new JsonException($"\"{what}\" is not an object.");
    }

    private static bool NextObject(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray) return false;
        return reader.TokenType == JsonTokenType.StartObject ? true : throw new JsonException($"\"{what}\" holds something that is not an object.");
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private string? NextString(ref Utf8JsonReader reader)
    {
        var property = reader.TokenStartIndex;
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => Text(ref reader),
            JsonTokenType.Null => null,
            _ => throw new JsonException($"The property at byte {property} is not a string."),
        };
    }

    private string Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > _chars.Length) return reader.GetString()!;
        var text = _chars.AsSpan(0, reader.CopyString(_chars));
        if (text.Length > 64) return text.ToString();
        var seen = _seen.GetAlternateLookup<ReadOnlySpan<char>>();
        if (seen.TryGetValue(text, out var known)) return known;
        var fresh = text.ToString();
        if (_seen.Count < 1_000_000) _seen.Add(fresh);
        return fresh;
    }

    private static long? NextTime(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTime(out var time)) throw new JsonException($"\"{what}\" is not a time of RFC 3339.");
        // The standard asks for UTC; a time without a zone is taken as that, whatever zone this machine is in.
        return (time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks;
    }

    private static void RequireMajor1(string? version)
    {
        if (version is not null && version != "1" && !version.StartsWith("1.", StringComparison.Ordinal)) throw new JsonException($"OSV schema version {version} is not known; 1.x is.");
    }

    private static bool IsIdentifier(string? id)
        => id is { Length: > 0 and <= MaxIdLength } && !id.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>The first line with something in it, cut where it gets long.</summary>
    private static string? OneLine(string? text)
    {
        if (text is null) return null;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.Trim().TrimStart('#').TrimStart();
            if (line.IsEmpty) continue;
            if (line.Length <= MaxSummaryLength) return line.ToString();
            var cut = MaxSummaryLength - 1;
            if (char.IsHighSurrogate(line[cut - 1])) cut--;
            return string.Concat(line[..cut], "…");
        }

        return null;
    }

    private static Severity Max(Severity a, Severity b) => a > b ? a : b;

    /// <summary>Appends a valid JSON text without the white space between its tokens.</summary>
    public static void AppendMinified(ReadOnlySpan<byte> json, ref byte[] target, ref int length)
    {
        if (target.Length - length < json.Length) Array.Resize(ref target, Math.Max(target.Length * 2, length + json.Length));
        var inString = false;
        for (var i = 0; i < json.Length;)
        {
            // Between two quotes there is either text, copied whole, or tokens, copied without white space.
            var rest = json[i..];
            var run = inString ? rest.IndexOfAny((byte)'"', (byte)'\\') : rest.IndexOfAny("\" \t\r\n"u8);
            if (run < 0) run = rest.Length;
            rest[..run].CopyTo(target.AsSpan(length));
            length += run;
            i += run;
            if (i >= json.Length) break;
            var c = json[i++];
            if (c == '"') inString = !inString;
            else if (c != '\\') continue;
            target[length++] = c;
            if (c == '\\' && i < json.Length) target[length++] = json[i++];
        }
    }
}
