using System.Reflection;

namespace Headwater.Cli.Scanning;

/// <summary>The version of this program.</summary>
internal static class ToolVersion
{
    public static string Text { get; } = typeof(ToolVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
