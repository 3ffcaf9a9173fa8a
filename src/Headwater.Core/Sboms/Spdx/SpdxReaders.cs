namespace Headwater.Core.Sboms.Spdx;

// Places for the readers that are still to come.
internal static class SpdxWriter
{
    /// <summary>Writes the targets whose names begin with <c>spdx-</c>.</summary>
    internal static IReadOnlyList<SbomError> Write(SbomDocument document, string target, Stream output) => throw new NotImplementedException();
}
