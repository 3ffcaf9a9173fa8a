namespace Headwater.Core.Packages.Lockfiles;

/// <summary>What a lockfile is of.</summary>
public enum LockfileKind
{
    /// <summary><c>package-lock.json</c> and <c>npm-shrinkwrap.json</c>, versions 1 to 3.</summary>
    Npm,

    /// <summary><c>yarn.lock</c>, of version 1 and of Berry (2 and later).</summary>
    Yarn,

    /// <summary><c>pnpm-lock.yaml</c>, versions 5 to 9.</summary>
    Pnpm,

    /// <summary><c>requirements.txt</c>; only what is pinned by <c>==</c> counts.</summary>
    Requirements,

    /// <summary><c>poetry.lock</c>.</summary>
    Poetry,

    /// <summary><c>uv.lock</c>.</summary>
    Uv,

    /// <summary><c>pdm.lock</c>.</summary>
    Pdm,

    /// <summary><c>Pipfile.lock</c>.</summary>
    Pipenv,

    /// <summary><c>Cargo.lock</c>.</summary>
    Cargo,

    /// <summary><c>composer.lock</c>.</summary>
    Composer,

    /// <summary><c>Gemfile.lock</c>.</summary>
    Bundler,

    /// <summary><c>packages.lock.json</c>.</summary>
    NuGet,

    /// <summary><c>go.sum</c>; only modules whose content it names, not those of which only <c>go.mod</c> was read.</summary>
    Go,

    /// <summary><c>gradle.lockfile</c>.</summary>
    Gradle,
}

/// <summary>A package that a lockfile pins.</summary>
/// <param name="Purl">What it is, with its version and without qualifiers; names as the ecosystem folds them (PEP 503 for PyPI).</param>
public sealed record LockedPackage(PackageUrl Purl)
{
    /// <summary>The licence as the file says it; null where it says none, which most kinds never do.</summary>
    public string? Licence { get; init; }

    /// <summary>Whether it runs a script when it is installed; null where the kind of file does not say.</summary>
    public bool? HasInstallScript { get; init; }

    /// <summary>Whether it is there for development and tests only. False as well where the kind of file does not tell the two apart.</summary>
    public bool IsDev { get; init; }

    /// <summary>Whether the project itself asks for it; null where the file does not say.</summary>
    public bool? IsDirect { get; init; }

    /// <summary>The address of its file, repository or registry, without credentials; null where the file names none (the ecosystem's own registry, unless the tool is set up otherwise).</summary>
    public string? Resolved { get; init; }

    /// <summary>The host of <see cref="Resolved"/> in lower case; null when there is none.</summary>
    public string? Host => LockfileText.Host(Resolved);

    /// <summary>Hashes as the file writes them, blanks between; null for none.</summary>
    public string? Integrity { get; init; }

    /// <summary>The line it stands on, from 1; null where it is not known.</summary>
    public int? Line { get; init; }
}

/// <summary>Something in a lockfile that is not as it should be.</summary>
/// <param name="Line">The line, from 1; null where it is not known.</param>
/// <param name="Message">A sentence that says what is wrong and what to do.</param>
public sealed record LockfileProblem(int? Line, string Message);

/// <summary>What came of reading a lockfile.</summary>
/// <param name="Kind">What it is; null when that cannot be told.</param>
/// <param name="Packages">What it pins, by package URL and address; each pair once. Empty when there is an <see cref="Error"/>.</param>
/// <param name="Problems">Entries that were left out, and why.</param>
/// <param name="Error">Why the file was not read; null when it was.</param>
public sealed record LockfileReading(LockfileKind? Kind, IReadOnlyList<LockedPackage> Packages, IReadOnlyList<LockfileProblem> Problems, LockfileProblem? Error);
