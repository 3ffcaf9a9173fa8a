using System.Text;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>What the readers have in common: how a reading ends.</summary>
internal static class SpdxReading
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 512 };

    /// <summary>Runs a reading; what stops it becomes an error of the result.</summary>
    public static SbomReadResult Run(Spdx2Assembler assembler, Action read)
    {
        try
        {
            read();
            return assembler.Complete();
        }
        catch (SpdxEnoughException)
        {
        }
        catch (SbomFormatException e)
        {
            assembler.Report.Errors.Add(e.Error);
        }
        return assembler.Result();
    }

    /// <summary>Takes parts that were collected in memory through both rounds.</summary>
    public static void Take(Spdx2Assembler assembler, List<SpdxPart> parts, CancellationToken ct)
    {
        foreach (var part in parts)
        {
            using var json = JsonDocument.Parse(part.Json, s_json);
            assembler.Scout(part.Name, part.Index, json.RootElement);
        }
        foreach (var part in parts)
        {
            ct.ThrowIfCancellationRequested();
            using var json = JsonDocument.Parse(part.Json, s_json);
            assembler.Take(part.Name, part.Index, json.RootElement, part.Position);
        }
    }

    /// <summary>The stream itself, or a copy in memory when it cannot go back (a document that is transcoded on the way).</summary>
    public static Stream Seekable(Stream stream, CancellationToken ct)
    {
        if (stream.CanSeek) return stream;
        var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            ct.ThrowIfCancellationRequested();
            copy.Write(buffer, 0, read);
        }
        copy.Position = 0;
        return copy;
    }

    /// <summary>A reader of text that refuses what is not UTF-8.</summary>
    public static StreamReader Text(Stream utf8) => new(utf8, SbomInput.Utf8, detectEncodingFromByteOrderMarks: false, bufferSize: 32 * 1024, leaveOpen: true);
}
