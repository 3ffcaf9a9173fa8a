using System.Globalization;
using System.Text;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Writes SPDX 2.2 and 2.3 in YAML: the members of the JSON form in blocks. Every text is in double quotes, so that none is taken for a number, a date or a word of YAML.</summary>
internal static class SpdxYamlWriter
{
    public static void Write(Spdx2Export export, Stream output)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), 32 * 1024, leaveOpen: true) { NewLine = "\n" };
        foreach (var (name, value) in export.Head().Properties!) Member(writer, name, value, 0);
        string? section = null;
        foreach (var (name, node) in export.Elements())
        {
            if (name != section) writer.WriteLine($"{section = name}:");
            Item(writer, name, node, 0);
        }
    }

    private static void Member(StreamWriter writer, string name, SpdxNode value, int depth)
    {
        Key(writer, name);
        if (value.Items is { Count: > 0 } items)
        {
            writer.WriteLine();
            foreach (var item in items) Item(writer, name, item, depth);
        }
        else if (value.Properties is { Count: > 0 } members)
        {
            writer.WriteLine();
            foreach (var (key, inner) in members)
            {
                Indent(writer, depth + 1);
                Member(writer, key, inner, depth + 1);
            }
        }
        else
        {
            writer.Write(' ');
            Scalar(writer, name, value);
        }
    }

    private static void Item(StreamWriter writer, string name, SpdxNode item, int depth)
    {
        Indent(writer, depth);
        writer.Write("- ");
        if (item.Properties is { Count: > 0 } members)
        {
            for (var i = 0; i < members.Count; i++)
            {
                if (i > 0) Indent(writer, depth + 1);
                Member(writer, members[i].Key, members[i].Value, depth + 1);
            }
        }
        else
        {
            Scalar(writer, name, item);
        }
    }

    /// <summary>A value on the rest of its line; a list within a list, which SPDX does not know, as in JSON.</summary>
    private static void Scalar(StreamWriter writer, string name, SpdxNode value)
    {
        if (value.Items is { } items)
        {
            writer.Write('[');
            for (var i = 0; i < items.Count; i++)
            {
                if (i > 0) writer.Write(", ");
                Text(writer, items[i].Text ?? "");
            }

            writer.WriteLine(']');
            return;
        }

        if (value.Properties is not null) writer.Write("{}");
        else if (value.Text is not { } text) writer.Write("null");
        else if (Spdx2Shapes.ScalarOf(name) == SpdxFieldKind.Flag && bool.TryParse(text, out var flag)) writer.Write(flag ? "true" : "false");
        else if (Spdx2Shapes.ScalarOf(name) == SpdxFieldKind.Integer && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)) writer.Write(number);
        else Text(writer, text);
        writer.WriteLine();
    }

    private static void Key(StreamWriter writer, string name)
    {
        if (name.Length > 0 && name.All(char.IsAsciiLetterOrDigit)) writer.Write(name);
        else Text(writer, name);
        writer.Write(':');
    }

    /// <summary>A double-quoted scalar (YAML 1.2, 7.3.1) on one line: what is not printable is escaped, and so are the line breaks that only YAML 1.1 knows.</summary>
    private static void Text(StreamWriter writer, string text)
    {
        writer.Write('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\')
            {
                writer.Write('\\');
                writer.Write(c);
            }
            else if (c == '\n')
            {
                writer.Write("\\n");
            }
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or >= '\uFFFE')
            {
                writer.Write($"\\u{(int)c:X4}");
            }
            else
            {
                writer.Write(c);
            }
        }

        writer.Write('"');
    }

    private static void Indent(StreamWriter writer, int depth)
    {
        for (var i = 0; i < depth; i++) writer.Write("  ");
    }
}
