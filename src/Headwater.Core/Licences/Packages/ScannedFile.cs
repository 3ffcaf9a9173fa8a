using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Packages;

/// <summary>What a file of a package is, as far as licences are concerned.</summary>
public enum FileRole
{
    /// <summary>Any other file.</summary>
    Other,

    /// <summary>A licence text: LICENSE, COPYING and the like, or what the package names as such.</summary>
    Licence,

    /// <summary>A notice that goes along: NOTICE, third-party notices.</summary>
    Notice,

    /// <summary>A statement of copyright, Debian's <c>copyright</c> among them.</summary>
    Copyright,

    /// <summary>AUTHORS, CONTRIBUTORS.</summary>
    Authors,

    /// <summary>What describes the package. What it says of licences is declared, not found.</summary>
    Manifest,
}

/// <summary>A file that was read and says something.</summary>
/// <param name="Path">Within what was scanned; an archive's name and an exclamation mark stand before what lies in it.</param>
/// <param name="Role">What it is.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Hash">SHA-256 of its bytes, in lower case; of those that were read where they are not all.</param>
/// <param name="Found">What it states.</param>
/// <param name="Text">Its text where the role is a licence, a notice, a copyright or authors; null otherwise, and beyond the limit.</param>
/// <param name="Remark">Why it was not read, or not to its end; null for nothing.</param>
public sealed record ScannedFile(string Path, FileRole Role, long Length, string Hash, IdentifiedText Found, string? Text, string? Remark);

/// <summary>Something that was not read.</summary>
/// <param name="Path">Within what was scanned.</param>
/// <param name="Reason">A sentence.</param>
public sealed record SkippedFile(string Path, string Reason);
