using System.Globalization;
using System.Text;

namespace Headwater.Server.Platform.Telemetry;

/// <summary>Adds what it knows to <c>/metrics</c>, each time it is asked; from the database at most every few seconds.</summary>
internal interface IMetricSource
{
    /// <summary>Labels take values from sets that stay small: never a name that people give.</summary>
    Task WriteAsync(MetricText text, CancellationToken cancellationToken);
}

/// <summary>Builds the Prometheus text exposition format (version 0.0.4).</summary>
internal sealed class MetricText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    /// <summary>Begins a family; its samples follow.</summary>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    public MetricText Family(string name, string type, string help)
    {
        if (!_families.Add(name)) throw new InvalidOperationException($"The metric {name} is written twice.");
        _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal))
            .Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    public MetricText Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            foreach (var c in labels[i].Value) _ = c switch { '\\' => _text.Append(@"\\"), '"' => _text.Append("\\\""), '\n' => _text.Append(@"\n"), _ => _text.Append(c) };
            _text.Append('"');
        }

        if (labels.Length > 0) _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
        return this;
    }

    /// <summary>A family with one sample.</summary>
    public MetricText Gauge(string name, string help, double value) => Family(name, "gauge", help).Sample(name, value);

    public static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();
}
