using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Packs;

/// <summary>A text with expressions in braces: <c>{component.name} is under {licence.expression}.</c> Two braces stand for one.</summary>
public sealed class MessageTemplate
{
    private readonly ImmutableArray<(string Text, CelProgram? Program)> _parts;

    private MessageTemplate(string source, ImmutableArray<(string, CelProgram?)> parts) => (Source, _parts) = (source, parts);

    /// <summary>As it was written.</summary>
    public string Source { get; }

    /// <summary>What its expressions read of the facts.</summary>
    internal IEnumerable<string> Reads => _parts.SelectMany(p => p.Program is { } program ? program.Reads.AsEnumerable() : []);

    /// <summary>Reads a template.</summary>
    /// <param name="source">The text.</param>
    /// <param name="environment">What its expressions may name.</param>
    /// <param name="problem">What is wrong, and at which character, from 0; null when all is well.</param>
    /// <returns>The template; null when something is wrong.</returns>
    public static MessageTemplate? Read(string source, CelEnvironment environment, out (int At, string Message)? problem)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(environment);
        problem = null;
        var (parts, text) = (ImmutableArray.CreateBuilder<(string, CelProgram?)>(), new StringBuilder());
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] is '{' or '}' && i + 1 < source.Length && source[i + 1] == source[i]) text.Append(source[i++]);
            else if (source[i] == '}')
            {
                problem = (i, "There is no '{' to this '}'; write '}}' for the sign itself.");
                return null;
            }
            else if (source[i] != '{') text.Append(source[i]);
            else
            {
                var end = End(source, i + 1);
                if (end < 0)
                {
                    problem = (i, "There is no '}' to this '{'; write '{{' for the sign itself.");
                    return null;
                }

                var compiled = environment.Compile(source[(i + 1)..end]);
                if (!compiled.IsOk)
                {
                    problem = (i + Math.Max(1, compiled.Errors[0].Column), compiled.Errors[0].Message);
                    return null;
                }

                if (text.Length > 0) parts.Add((text.ToString(), null));
                text.Clear();
                parts.Add(("", compiled.Program));
                i = end;
            }
        }

        if (text.Length > 0) parts.Add((text.ToString(), null));
        return new MessageTemplate(source, parts.ToImmutable());
    }

    /// <summary>The text with the values in it. What is not known reads as <c>unknown</c>.</summary>
    /// <param name="activation">The facts.</param>
    /// <returns>The text.</returns>
    public string Fill(CelActivation activation)
    {
        if (_parts is [(var only, null)]) return only;
        var text = new StringBuilder();
        foreach (var (fixedText, program) in _parts)
        {
            if (program is null) text.Append(fixedText);
            else Append(text, program.Evaluate(activation));
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.String: text.Append(value.String); break;
            case CelKind.Error or CelKind.Unknown: text.Append("unknown"); break;
            case CelKind.Double: text.Append(value.Double.ToString("0.##", CultureInfo.InvariantCulture)); break;
            case CelKind.Duration: text.Append(Time(value.DurationNanoseconds)); break;
            case CelKind.List:
                for (var i = 0; i < value.List!.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Append(text, value.List[i]);
                }

                break;
            default: text.Append(value.ToString().Trim('"')); break;
        }
    }

    private static string Time(long nanoseconds)
    {
        var time = TimeSpan.FromTicks(nanoseconds / 100);
        return Math.Abs(time.TotalDays) >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalDays)} days") : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours)} hours");
    }

    /// <summary>The brace that closes, past literals of text and braces of maps.</summary>
    private static int End(string source, int from)
    {
        var (depth, quote) = (0, '\0');
        for (var i = from; i < source.Length; i++)
        {
            var c = source[i];
            if (quote != '\0')
            {
                if (c == '\\') i++;
                else if (c == quote) quote = '\0';
            }
            else if (c is '"' or '\'') quote = c;
            else if (c == '{') depth++;
            else if (c == '}' && depth-- == 0) return i;
        }

        return -1;
    }
}
