using System.IO.MemoryMappedFiles;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences;

/// <summary>Everything that is known of licences, in one file that is used as it lies in memory. Safe for any number of threads.</summary>
public sealed unsafe class LicenceLibrary : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly ThreadLocal<LicenceIdentifier> _identifiers;

    private LicenceLibrary(byte* start, long length, MemoryMappedFile? file, MemoryMappedViewAccessor? view)
    {
        (_file, _view) = (file, view);
        var sections = new SectionFile(start, length);
        Rules = new RuleIndex(sections);
        Words = new Vocabulary(sections);
        Expressions = ExpressionSections.Read(sections);
        _identifiers = new ThreadLocal<LicenceIdentifier>(() => new LicenceIdentifier(this));
    }

    /// <summary>Reads licence expressions.</summary>
    public ExpressionParser Expressions { get; }

    internal RuleIndex Rules { get; }

    internal Vocabulary Words { get; }

    /// <summary>Opens a library that was built into a file.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static LicenceLibrary Open(string path)
    {
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new LicenceLibrary(start + view.PointerOffset, view.SafeMemoryMappedViewHandle.ByteLength is var length ? (long)length : 0, file, view);
    }

    /// <summary>What a text says of licences.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">So long it may take; what was not reached is said.</param>
    public IdentifiedText Identify(ReadOnlySpan<char> text, TimeSpan? limit = null) => _identifiers.Value!.Identify(text, limit ?? TimeSpan.FromSeconds(2));

    /// <inheritdoc/>
    public void Dispose()
    {
        _identifiers.Dispose();
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
