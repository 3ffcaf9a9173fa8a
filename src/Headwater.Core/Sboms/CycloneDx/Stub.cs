namespace Headwater.Core.Sboms.CycloneDx;

internal static class CycloneDxXmlReader
{
    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();
}

internal static class CycloneDxWriter
{
    internal static IReadOnlyList<SbomError> Write(SbomDocument document, string target, Stream output) => throw new NotImplementedException();
}
