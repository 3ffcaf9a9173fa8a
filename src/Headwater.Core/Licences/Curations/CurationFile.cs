using Headwater.Core.Trees;

namespace Headwater.Core.Licences.Curations;

/// <summary>Reads and writes files of curations, in the forms that other tools use.</summary>
public static class CurationFile
{
    /// <summary>Longer files are refused, in characters.</summary>
    public const int Longest = 16_000_000;

    /// <summary>Reads a file in either form. What it says beyond licences, and what cannot be taken, is listed: nothing is lost in silence.</summary>
    /// <param name="text">The file.</param>
    public static CurationFileContent Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest) return Failed($"It is longer than {Longest:N0} characters.");
        List<YamlValue> documents;
        try
        {
            documents = YamlTree.Read(text);
        }
        catch (FormatException e)
        {
            return Failed(e.Message);
        }

        documents.RemoveAll(d => d is { Text: null, Items: null, Members: null });
        if (documents.Count == 0) return Failed("The file is empty.");
        if (documents.TrueForAll(d => d.Items is not null)) return OrtCurations.Read(documents.SelectMany(d => d.Items!));
        if (documents.TrueForAll(d => d["id"] is not null)) return OrtCurations.Read(documents);
        if (documents.TrueForAll(d => d["coordinates"] is not null)) return ClearlyDefinedCurations.Read(documents);
        return Failed("It is neither a list of package curations with id and curations, nor curations with coordinates and revisions.");
    }

    /// <summary>Writes curations.</summary>
    /// <param name="curations">What is to be written.</param>
    /// <param name="format">In which form.</param>
    /// <param name="omitted">What the form has no place for.</param>
    public static string Write(IEnumerable<PackageCuration> curations, CurationFormat format, out IReadOnlyList<CurationOmission> omitted)
    {
        ArgumentNullException.ThrowIfNull(curations);
        return format == CurationFormat.Ort ? OrtCurations.Write(curations, out omitted) : ClearlyDefinedCurations.Write(curations, out omitted);
    }

    /// <summary>A text in double quotes, so that none is taken for a number, a date or a word of YAML.</summary>
    internal static string Quoted(string text)
    {
        var quoted = new System.Text.StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' => $"\\u{(int)c:x4}", _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    private static CurationFileContent Failed(string error) => new(null, [], [], error);
}
