using System.Collections.Immutable;
using System.Globalization;
using Headwater.Core.Trees;
using YamlDotNet.Core;

namespace Headwater.Core.Policies.Packs;

/// <summary>Reads what is expected of a pack's YAML, and notes what is not as expected with its place.</summary>
internal sealed class PackNode(string file, string[] lines, List<PackProblem> problems)
{
    private const int MostProblems = 200;

    public string File => file;

    public PackProblem At(YamlValue value) => new(file, value.Line, value.Column, "");

    public void Wrong(YamlValue at, string message, bool isWarning = false) => Wrong(at.Line, at.Column, message, isWarning);

    public void Wrong(int line, int column, string message, bool isWarning = false)
    {
        if (problems.Count < MostProblems) problems.Add(new PackProblem(file, line, column, message, isWarning));
    }

    /// <summary>Whether it is a mapping of the keys that are known.</summary>
    public bool IsMapping(YamlValue value, string what, params ReadOnlySpan<string> keys)
    {
        if (value.Members is not { } members)
        {
            Wrong(value, $"{what} is a mapping; this is {value.Kind}.");
            return false;
        }

        foreach (var (key, member) in members)
        {
            if (!keys.Contains(key)) Wrong(member, $"'{key}' is not known in {Lower(what)}; there are {string.Join(", ", keys.ToArray())}.");
        }

        return true;
    }

    public string? Text(YamlValue map, string key, bool isRequired = false, int longest = 4000)
    {
        if (map[key] is not { } value || value is { Text: null, Items: null, Members: null })
        {
            if (isRequired) Wrong(map, $"'{key}' is missing.");
            return null;
        }

        if (value.Text is not { } text) Wrong(value, $"'{key}' is a text; this is {value.Kind}.");
        else if (text.Trim().Length == 0) Wrong(value, $"'{key}' is empty.");
        else if (text.Length > longest) Wrong(value, $"'{key}' is longer than {longest} characters.");
        else return text.Trim();
        return null;
    }

    /// <summary>A list of texts, or a single one.</summary>
    public ImmutableArray<string> Texts(YamlValue map, string key)
    {
        if (map[key] is not { } value) return [];
        if (value.Text is { } one) return [one];
        if (value.Items is not { } items)
        {
            Wrong(value, $"'{key}' is a list of texts; this is {value.Kind}.");
            return [];
        }

        var texts = ImmutableArray.CreateBuilder<string>(items.Count);
        foreach (var item in items)
        {
            if (item.Text is { Length: > 0 } text) texts.Add(text);
            else Wrong(item, $"'{key}' is a list of texts; this is {item.Kind}.");
        }

        return texts.ToImmutable();
    }

    public T? Word<T>(YamlValue map, string key, Func<string, T?> read, string words, bool isRequired = false) where T : struct
    {
        if (Text(map, key, isRequired) is not { } text) return null;
        if (read(text) is { } value) return value;
        Wrong(map[key]!, $"'{text}' is no {key}; there are {words}.");
        return null;
    }

    public bool? Flag(YamlValue map, string key) => Word<bool>(map, key, t => t switch { "true" => true, "false" => false, _ => null }, "true and false");

    public double? Number(YamlValue map, string key) => Word<double>(map, key, t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && double.IsFinite(n) ? n : null, "numbers");

    public int? Whole(YamlValue map, string key) => Word<int>(map, key, t => int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null, "whole numbers");

    public DateTimeOffset? Time(YamlValue map, string key) =>
        Word<DateTimeOffset>(map, key, t => DateTimeOffset.TryParse(t, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null, "times such as 2026-01-31T12:00:00Z");

    /// <summary>A number of days, hours or weeks: <c>7d</c>, <c>48h</c>, <c>2w</c>.</summary>
    public TimeSpan? Duration(YamlValue map, string key, bool isRequired = false) => Word<TimeSpan>(map, key, Duration, "times such as 48h, 7d and 2w", isRequired);

    public static TimeSpan? Duration(string text) => text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100_000
        ? text[^1] switch { 'h' => TimeSpan.FromHours(number), 'd' => TimeSpan.FromDays(number), 'w' => TimeSpan.FromDays(7 * number), _ => null } : null;

    /// <summary>Where in the file a character of a scalar stands.</summary>
    /// <param name="value">The scalar.</param>
    /// <param name="line">The line of its content, from 1.</param>
    /// <param name="column">The character of that line, from 1.</param>
    public (int Line, int Column) Place(YamlValue value, int line, int column)
    {
        if (value.Style is ScalarStyle.Literal or ScalarStyle.Folded)
        {
            // The content begins on the next line, as far in as its first line that is not empty.
            var first = value.Line;
            while (first < lines.Length && lines[first].AsSpan().Trim().IsEmpty) first++;
            var indent = first < lines.Length ? lines[first].Length - lines[first].AsSpan().TrimStart().Length : 0;
            return value.Style == ScalarStyle.Literal ? (value.Line + line, indent + column) : (value.Line + 1, 0);
        }

        var quoted = value.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0;
        return line == 1 ? (value.Line, value.Column + quoted + column - 1) : (value.Line + line - 1, 0);
    }

    private static string Lower(string what) => char.ToLowerInvariant(what[0]) + what[1..];
}
