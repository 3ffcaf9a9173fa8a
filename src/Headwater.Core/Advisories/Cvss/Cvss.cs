using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Advisories;

/// <summary>Scores of the Common Vulnerability Scoring System, versions 2.0, 3.0, 3.1 and 4.0 (FIRST).</summary>
/// <remarks>
/// Metrics may come in any order, each at most once; names and values are case-sensitive. A vector of version 2.0 has no prefix and
/// may stand in parentheses. Vectors longer than <see cref="MaxLength"/> are refused.
/// </remarks>
public static class Cvss
{
    /// <summary>The longest vector that is read, in characters; the longest possible one has about 230.</summary>
    public const int MaxLength = 512;

    /// <summary>Reads a vector and computes its scores. Allocates nothing but the result.</summary>
    /// <param name="vector">For example <c>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H</c>.</param>
    /// <param name="score">The result, or null.</param>
    /// <param name="error">A sentence that says what is wrong, or null.</param>
    public static bool TryParse([NotNullWhen(true)] string? vector, [NotNullWhen(true)] out CvssScore? score, [NotNullWhen(false)] out string? error)
    {
        score = null;
        if (string.IsNullOrEmpty(vector))
        {
            error = "The CVSS vector is empty.";
            return false;
        }
        if (vector.Length > MaxLength)
        {
            error = $"The CVSS vector is longer than {MaxLength} characters.";
            return false;
        }

        var text = vector.AsSpan();
        if (text.StartsWith("CVSS:3.1/", StringComparison.Ordinal)) error = Cvss3.TryScore(vector, text[9..], minor: 1, out score);
        else if (text.StartsWith("CVSS:3.0/", StringComparison.Ordinal)) error = Cvss3.TryScore(vector, text[9..], minor: 0, out score);
        else if (text.StartsWith("CVSS:4.0/", StringComparison.Ordinal)) error = Cvss4.TryScore(vector, text[9..], out score);
        else if (text.StartsWith("CVSS:", StringComparison.Ordinal)) error = "The CVSS version is not known; known are 3.0, 3.1 and 4.0, and 2.0 without a prefix.";
        else error = Cvss2.TryScore(vector, text[0] == '(' && text[^1] == ')' && text.Length > 1 ? text[1..^1] : text, out score);
        return error is null && score is not null;
    }

    /// <summary>The band of a score (3.x and 4.0: none 0, low to 3.9, medium to 6.9, high to 8.9, critical; 2.0: low to 3.9, medium to 6.9, high).</summary>
    /// <param name="score">0..10.</param>
    /// <param name="version">The standard's version; null for the bands of 3.x.</param>
    public static Severity Band(double score, string? version = null)
    {
        var two = version is "2.0";
        return score switch
        {
            >= 9 when !two => Severity.Critical,
            >= 7 => Severity.High,
            >= 4 => Severity.Medium,
            > 0 => Severity.Low,
            _ => two ? Severity.Low : Severity.None,
        };
    }
}
