namespace Headwater.Core.Advisories;

/// <summary>One metric of a CVSS version: its name, its values in the order of the version's own tables, and whether a vector must give it.</summary>
internal readonly record struct CvssMetric(string Name, string[] Values, bool Mandatory)
{
    public CvssMetric(string name, string values, bool mandatory = false) : this(name, values.Split(' '), mandatory) { }
}

/// <summary>Reads the metrics of a vector into the numbers of their values.</summary>
internal static class CvssMetrics
{
    /// <summary>Reads <c>NAME:VALUE</c> pairs with slashes between.</summary>
    /// <param name="text">The vector without its prefix.</param>
    /// <param name="metrics">The version's metrics, at most 64.</param>
    /// <param name="undefined">The value that stands for "not defined" in metrics that are not mandatory (<c>X</c>, <c>ND</c>).</param>
    /// <param name="values">Receives the number of each metric's value; -1 when it is absent or not defined.</param>
    /// <returns>Null, or a sentence that says what is wrong.</returns>
    public static string? Read(ReadOnlySpan<char> text, CvssMetric[] metrics, string undefined, Span<int> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = -1;
        var seen = 0UL;
        foreach (var range in text.Split('/'))
        {
            var pair = text[range];
            var colon = pair.IndexOf(':');
            if (colon <= 0) return $"The CVSS vector has '{Show(pair)}' where a metric and its value, for example AV:N, is expected.";
            var metric = Find(metrics, pair[..colon]);
            if (metric < 0) return $"The CVSS metric '{Show(pair[..colon])}' is not known in this version.";
            if ((seen & 1UL << metric) != 0) return $"The CVSS metric {metrics[metric].Name} is given twice.";
            seen |= 1UL << metric;

            var value = pair[(colon + 1)..];
            if (!metrics[metric].Mandatory && value.Equals(undefined, StringComparison.Ordinal)) continue;
            values[metric] = Find(metrics[metric].Values, value);
            if (values[metric] < 0)
                return $"The CVSS metric {metrics[metric].Name} has the value '{Show(value)}'; it takes {string.Join(", ", metrics[metric].Values)}{(metrics[metric].Mandatory ? "" : ", " + undefined)}.";
        }
        for (var i = 0; i < metrics.Length; i++)
            if (metrics[i].Mandatory && values[i] < 0) return $"The CVSS vector lacks the metric {metrics[i].Name}.";
        return null;
    }

    private static int Find(CvssMetric[] metrics, ReadOnlySpan<char> name)
    {
        for (var i = 0; i < metrics.Length; i++)
            if (name.Equals(metrics[i].Name, StringComparison.Ordinal)) return i;
        return -1;
    }

    private static int Find(string[] values, ReadOnlySpan<char> value)
    {
        for (var i = 0; i < values.Length; i++)
            if (value.Equals(values[i], StringComparison.Ordinal)) return i;
        return -1;
    }

    private static string Show(ReadOnlySpan<char> text)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, 20)];
        for (var i = 0; i < shown.Length; i++) shown[i] = text[i] is > ' ' and < '\u007f' ? text[i] : '?';
        return shown.ToString();
    }
}
