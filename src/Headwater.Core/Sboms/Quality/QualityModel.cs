namespace Headwater.Core.Sboms.Quality;

/// <summary>How much a standard asks for an element.</summary>
public enum QualityLevel
{
    /// <summary>It must be there.</summary>
    Required,

    /// <summary>It must be there where it exists (BSI TR-03183-2, 5.2.3 and 5.2.4).</summary>
    Additional,

    /// <summary>It may be there.</summary>
    Optional,
}

/// <summary>A component that lacks an element, or what the document lacks.</summary>
/// <param name="Name">The component's name and version; null for the document itself.</param>
/// <param name="Why">What is missing or not as the standard wants it.</param>
public sealed record QualityGap(string? Name, string Why);

/// <summary>One element of a standard: how many have it, and examples of those that do not.</summary>
/// <param name="Id">A stable name, for example <c>bsi.version</c>.</param>
/// <param name="Name">The element's name in words.</param>
/// <param name="Clause">Where the standard asks for it.</param>
/// <param name="Level">How much.</param>
/// <param name="Met">How many have it.</param>
/// <param name="Of">Of how many: the components, or 1 for the document.</param>
/// <param name="Gaps">The first few that do not have it.</param>
public sealed record QualityElement(string Id, string Name, string Clause, QualityLevel Level, long Met, long Of, IReadOnlyList<QualityGap> Gaps)
{
    /// <summary>True when everything that should have it has it.</summary>
    public bool Complete => Met == Of;
}

/// <summary>What a standard says of a document.</summary>
/// <param name="Id"><c>ntia</c> or <c>bsi</c>.</param>
/// <param name="Name">The standard's name with its version.</param>
/// <param name="Elements">In the standard's order.</param>
public sealed record QualityResult(string Id, string Name, IReadOnlyList<QualityElement> Elements)
{
    /// <summary>The mean share over the required elements, 0 to 100, rounded to one decimal. An element of components counts 0 in a document without any.</summary>
    public double Score
    {
        get
        {
            var (sum, count) = (0d, 0);
            foreach (var element in Elements)
            {
                if (element.Level != QualityLevel.Required) continue;
                sum += element.Of == 0 ? 0 : (double)element.Met / element.Of;
                count++;
            }

            return count == 0 ? 0 : Math.Round(100 * sum / count, 1);
        }
    }

    /// <summary>True when the document has every required element everywhere.</summary>
    public bool Complete
    {
        get
        {
            foreach (var element in Elements)
                if (element.Level == QualityLevel.Required && (element.Of == 0 || !element.Complete)) return false;
            return true;
        }
    }
}

/// <summary>What the standards say of a document.</summary>
/// <param name="Kind">What the document is.</param>
/// <param name="Components">Components looked at, the described one and nested ones included, files of SPDX not.</param>
/// <param name="Results">One for each standard.</param>
public sealed record SbomQuality(SbomKind Kind, long Components, IReadOnlyList<QualityResult> Results);
