using Headwater.Core.Versions;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>A version of a document: a whole number or a semantic version (CSAF 2.0, 3.1.11).</summary>
internal readonly record struct CsafVersion(string Text)
{
    public bool IsSemantic => Text.Contains('.', StringComparison.Ordinal);

    public string WithoutBuild => Text.Split('+')[0];

    public bool HasPrerelease => WithoutBuild.Contains('-', StringComparison.Ordinal);

    public bool HasBuild => Text.Contains('+', StringComparison.Ordinal);

    public string Release => WithoutBuild.Split('-')[0];

    /// <summary>The number that integer versioning counts and semantic versioning calls major, without leading zeros.</summary>
    public string Major => Release.Split('.')[0];

    public bool IsZero => Major == "0";

    /// <summary>The order of two versions of the same kind; 0 when they are of different kinds.</summary>
    public int CompareTo(CsafVersion other)
    {
        if (IsSemantic != other.IsSemantic) return 0;
        return IsSemantic ? VersionSchemes.ForVers("semver")!.Compare(WithoutBuild, other.WithoutBuild) ?? 0 : Compare(Text, other.Text);
    }

    /// <summary>Numbers of any length.</summary>
    public static int Compare(string left, string right) => left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);

    /// <summary>True when <paramref name="next"/> is more than one above <paramref name="number"/>.</summary>
    public static bool Skips(string number, string next) =>
        Compare(next, number) > 0 && (!ulong.TryParse(number, out var a) || !ulong.TryParse(next, out var b) || b - a > 1);
}
