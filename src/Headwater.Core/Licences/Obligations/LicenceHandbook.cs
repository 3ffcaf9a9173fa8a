using System.IO.MemoryMappedFiles;
using Headwater.Core.Licences.Facts;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headwater.Core.Licences.Obligations;

/// <summary>A term of a licence, as the handbook has it.</summary>
/// <param name="Type"><c>condition</c>, <c>termination</c>, <c>license_versions</c> or <c>other</c>.</param>
/// <param name="Description">What it says.</param>
/// <param name="UseCases">Where: UB, MB, US, MS, for unmodified and modified, binary and source; empty where that is not said.</param>
/// <param name="Notes">How to comply.</param>
/// <param name="Acknowledgement">Words that are to be printed.</param>
/// <param name="SeeAlso">Where more is to be read.</param>
internal sealed record HandbookTerm(string Type, string Description, IReadOnlyList<string> UseCases, string? Notes, string? Acknowledgement, IReadOnlyList<string> SeeAlso);

/// <summary>What the handbook says of a licence.</summary>
internal sealed record HandbookEntry(string Name, IReadOnlyList<string> Ids, string? Notes, IReadOnlyList<HandbookTerm> Terms)
{
    /// <summary>Reads one file of the handbook.</summary>
    public static HandbookEntry Parse(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        parser.Consume<StreamStart>();
        parser.Consume<DocumentStart>();
        var entry = Fields(((List<object>)Node(parser)).Single());
        return new HandbookEntry(One(entry, "name")!, [.. Many(entry, "licenseId")], One(entry, "notes"), [.. entry["terms"].Cast<List<object>>().SelectMany(t => t).Select(Fields).Select(t =>
            new HandbookTerm(One(t, "type")!, One(t, "description")!, [.. Many(t, "use_cases").Distinct()], One(t, "compliance_notes"), One(t, "acknowledgement"), [.. Many(t, "seeAlso")]))]);
    }

    /// <summary>One file names a field twice: both say something.</summary>
    private static string? One(ILookup<string, object> fields, string key) => fields[key].OfType<string>().Where(t => t.Length > 0).ToList() is { Count: > 0 } all ? string.Join(": ", all) : null;

    private static IEnumerable<string> Many(ILookup<string, object> fields, string key) => fields[key].SelectMany(v => v is List<object> list ? list.OfType<string>() : [(string)v]).Where(t => t.Length > 0);

    private static ILookup<string, object> Fields(object node) => ((List<KeyValuePair<string, object>>)node).ToLookup(f => f.Key, f => f.Value, StringComparer.Ordinal);

    private static object Node(Parser parser)
    {
        if (parser.TryConsume<Scalar>(out var scalar)) return scalar.Value.Trim();
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new List<object>();
            while (!parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(parser));
            return list;
        }

        parser.Consume<MappingStart>();
        var fields = new List<KeyValuePair<string, object>>();
        while (!parser.TryConsume<MappingEnd>(out _)) fields.Add(new KeyValuePair<string, object>(parser.Consume<Scalar>().Value, Node(parser)));
        return fields;
    }
}

/// <summary>
/// The OSLC handbook of FINOS, © FINOS and contributors, under CC-BY-SA-4.0: files as they are published, in a file of their own beside the library, which works without it. Its first text is its licence.
/// </summary>
public sealed unsafe class LicenceHandbook : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly PackedTexts _files;
    private readonly Dictionary<string, int> _ids = new(StringComparer.OrdinalIgnoreCase);

    private LicenceHandbook(MemoryMappedFile file, MemoryMappedViewAccessor view, byte* start, long length)
    {
        (_file, _view) = (file, view);
        var sections = new SectionFile(start, length);
        _files = new PackedTexts(sections, Sections.HandbookFiles);
        foreach (var pair in ExpressionSections.Texts(sections, Sections.HandbookIds).Chunk(2)) _ids[pair[0]] = int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The notice and the licence that the handbook is under.</summary>
    public string Notice => _files[0]!;

    /// <summary>The licences that it has.</summary>
    public IEnumerable<string> Licences => _ids.Keys.Order(StringComparer.Ordinal);

    internal HandbookEntry? Find(string licence) => _ids.TryGetValue(licence, out var file) ? HandbookEntry.Parse(_files[file]!) : null;

    /// <summary>Opens the file; null where it is not there, for it may be left out.</summary>
    /// <exception cref="InvalidDataException">It is no handbook.</exception>
    internal static LicenceHandbook? Open(string path)
    {
        if (!File.Exists(path)) return null;
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new LicenceHandbook(file, view, start + view.PointerOffset, (long)view.SafeMemoryMappedViewHandle.ByteLength);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
