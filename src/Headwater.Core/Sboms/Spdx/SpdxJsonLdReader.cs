using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Reads SPDX 3.0 JSON-LD in the form that the specification's context gives it: a <c>@graph</c> of elements, or one element.</summary>
internal static class SpdxJsonLdReader
{
    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken ct)
    {
        var report = new SpdxReport(options.MaxErrors);
        var assembler = new Spdx3Assembler(kind, sink, report);
        try
        {
            var seekable = SpdxReading.Seekable(utf8, ct);
            var start = seekable.Position;
            Pass(seekable, assembler.Scout);
            assembler.EndScout();
            seekable.Position = start;
            Pass(seekable, assembler.Take);
            return assembler.Complete();
        }
        catch (SpdxEnoughException)
        {
        }
        catch (SbomFormatException e)
        {
            report.Errors.Add(e.Error);
        }
        return assembler.Result();

        void Pass(Stream stream, Action<string, JsonElement> take)
        {
            // A document without @graph is itself one element; its properties are gathered.
            var hasGraph = false;
            Dictionary<string, JsonElement>? single = null;
            SpdxJsonReader.Walk(stream, options, name => name == "@graph", (name, index, value) =>
            {
                if (name == "@graph")
                {
                    hasGraph = true;
                    take($"/@graph/{index}", value);
                }
                else if (name != "@context")
                {
                    (single ??= [])[name] = value.Clone();
                }
            }, ct);
            if (!hasGraph && single is not null) take("", JsonSerializer.SerializeToElement(single));
        }
    }
}
