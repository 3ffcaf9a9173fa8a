using System.Text.Json;
using Headwater.Core.Sboms.Json;

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
            Pass(seekable, (name, index, value) => assembler.Take(name, index, value));
        });

        void Pass(Stream stream, Action<string, int, JsonElement> take) => Walk(stream, options, IsList, take, ct);
    }

    /// <summary>Hands out the properties of the top object, lists by their elements where <paramref name="isList"/> says so.</summary>
    internal static void Walk(Stream stream, SbomReadOptions options, Predicate<string> isList, Action<string, int, JsonElement> take, CancellationToken ct)
    {
        var json = new JsonStream(stream, options, ct);
        if (!json.Read() || json.Token != JsonTokenType.StartObject) throw new SbomFormatException("1:1", "The document must be a JSON object.");
        while (json.Read() && json.Token == JsonTokenType.PropertyName)
        {
            var name = json.Text;
            if (!isList(name))
            {
                using var value = json.ReadValue($"/{name}", out _)!;
                take(name, -1, value.RootElement);
                continue;
            }
            if (!json.Read()) break;
            if (json.Token != JsonTokenType.StartArray) throw new SbomFormatException($"/{name}", $"'{name}' must be a list.");
            for (var i = 0; ; i++)
            {
                using var element = json.ReadValue($"/{name}/{i}", out var endsArray);
                if (endsArray) break;
                take(name, i, element!.RootElement);
            }
        }
        json.ExpectEnd();
    }

    private static bool IsList(string name) => Spdx2Shapes.Document.Fields.TryGetValue(name, out var field) && field.Kind is SpdxFieldKind.Objects or SpdxFieldKind.Texts;
}
