namespace Headwater.Core.Sboms.Spdx;

/// <summary>Reads SPDX 2.x JSON, twice over the stream and one element at a time.</summary>
internal static class SpdxJsonReader
{
    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken ct)
    {
        var assembler = new Spdx2Assembler(kind, sink, options);
        return SpdxReading.Run(assembler, () =>
        {
            var seekable = SpdxReading.Seekable(utf8, ct);
            var start = seekable.Position;
            Pass(seekable, assembler.Scout);
            seekable.Position = start;
            Pass(seekable, assembler.Take);
        });

        void Pass(Stream stream, SpdxJsonStream.OnPart onPart)
        {
            using var json = new SpdxJsonStream(stream, options, ct);
            json.Read(IsList, onPart);
        }
    }

    private static bool IsList(string name) => Spdx2Shapes.Document.Fields.TryGetValue(name, out var field) && field.Kind is SpdxFieldKind.Objects or SpdxFieldKind.Texts;
}
