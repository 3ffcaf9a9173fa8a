namespace Headwater.Core.Packages.Lockfiles;

/// <summary>Groups of Python projects. A group may be an extra of the product as well as for development; the file does not say which, so the common names count.</summary>
internal static class PythonGroups
{
    private static readonly HashSet<string> s_development = new(StringComparer.OrdinalIgnoreCase)
    {
        "dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "format", "typing", "types", "mypy", "style", "doc", "docs", "documentation", "ci", "tox", "nox", "pre-commit", "benchmark", "release",
    };

    /// <param name="groups">The groups that a package is in.</param>
    /// <param name="main">The product's own.</param>
    public static bool AreForDevelopment(List<string> groups, string main) => groups.Count > 0 && !groups.Contains(main) && groups.TrueForAll(s_development.Contains);
}
