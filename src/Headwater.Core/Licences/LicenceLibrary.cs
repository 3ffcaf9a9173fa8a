using System.IO.MemoryMappedFiles;
using Headwater.Core.Licences.Compatibility;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Identification;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Core.Licences;

/// <summary>Everything that is known of licences, in one file that is used as it lies in memory. Safe for any number of threads.</summary>
public sealed unsafe class LicenceLibrary : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly ThreadLocal<LicenceIdentifier> _identifiers;
    private readonly FactSections _facts;
    private readonly Lazy<ExceptionJudgement> _pairs;
    private readonly Lazy<ExpressionAdvice> _advice;
    private readonly Lazy<ObligationAdviser> _obligations;
    private readonly Lazy<CompatibilityAdviser> _compatibility;

    private LicenceLibrary(byte* start, long length, MemoryMappedFile? file, MemoryMappedViewAccessor? view, LicenceHandbook? handbook)
    {
        (_file, _view) = (file, view);
        var sections = new SectionFile(start, length);
        Templates = new Templates(sections);
        Rules = new RuleIndex(sections);
        Words = new Vocabulary(sections);
        Expressions = ExpressionSections.Read(sections);
        _facts = new FactSections(sections);
        _pairs = new Lazy<ExceptionJudgement>(() => new ExceptionJudgement(ExpressionSections.Texts(sections, Sections.ClassifiedPairs)));
        Handbook = handbook;
        _advice = new Lazy<ExpressionAdvice>(() => ExpressionSections.ReadAdvice(sections, Expressions));
        _obligations = new Lazy<ObligationAdviser>(() => new ObligationAdviser(this, sections, handbook));
        _compatibility = new Lazy<CompatibilityAdviser>(() => new CompatibilityAdviser(this, sections));
        _identifiers = new ThreadLocal<LicenceIdentifier>(() => new LicenceIdentifier(this));
    }

    /// <summary>Reads licence expressions.</summary>
    public ExpressionParser Expressions { get; }

    /// <summary>Brings expressions up to the current list, and says what is odd about them.</summary>
    public ExpressionAdvice Advice => _advice.Value;

    /// <summary>What licences ask for.</summary>
    public ObligationAdviser Obligations => _obligations.Value;

    /// <summary>Which licences go together.</summary>
    public CompatibilityAdviser Compatibility => _compatibility.Value;

    /// <summary>The OSLC handbook, in a file of its own; null where that is not there.</summary>
    public LicenceHandbook? Handbook { get; }

    internal RuleIndex Rules { get; }

    internal Templates Templates { get; }

    internal Vocabulary Words { get; }

    /// <summary>Opens a library that was built into a file, and the handbook where that lies beside it (<c>-finos</c> behind the name).</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static LicenceLibrary Open(string path)
    {
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new LicenceLibrary(start + view.PointerOffset, view.SafeMemoryMappedViewHandle.ByteLength is var length ? (long)length : 0, file, view, LicenceHandbook.Open(Path.ChangeExtension(path, null) + "-finos.hwl"));
    }

    /// <summary>All identifiers of which facts are known, licences and exceptions, in the order of their letters.</summary>
    public IEnumerable<string> Ids => Enumerable.Range(0, _facts.Count).Select(i => _facts.Id(i).ToString());

    /// <summary>The facts of all licences and exceptions, in the order of their letters.</summary>
    public IEnumerable<LicenceFacts> All => Enumerable.Range(0, _facts.Count).Select(i => _facts[i]);

    /// <summary>What is known of a licence or an exception; null for an identifier that nobody lists.</summary>
    /// <param name="id">An identifier of SPDX or a <c>LicenseRef-</c>, in any case.</param>
    public LicenceFacts? Find(ReadOnlySpan<char> id) => _facts.Find(id) is var i and >= 0 ? _facts[i] : null;

    /// <summary>What is known of a licence or an exception; null for an identifier that nobody lists.</summary>
    /// <param name="id">An identifier of SPDX or a <c>LicenseRef-</c>, in any case.</param>
    public LicenceFacts? Find(string id) => Find(id.AsSpan());

    /// <summary>What kind of licence one is together with its exception. An exception of which nobody says what it changes changes nothing: then the licence is as it is alone, and a remark says so.</summary>
    /// <param name="term">A licence, with or without an exception.</param>
    /// <param name="own">The licence as the organisation itself knows it; null to look it up.</param>
    public LicenceJudgement Judge(LicenceTerm term, LicenceFacts? own = null) => _pairs.Value.Judge(term, own ?? Find(term.Licence));

    /// <summary>What a text says of licences.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">So long it may take; what was not reached is said.</param>
    public IdentifiedText Identify(ReadOnlySpan<char> text, TimeSpan? limit = null) => _identifiers.Value!.Identify(text, limit ?? TimeSpan.FromSeconds(2));

    /// <summary>Whether a text conforms to the template that the list of SPDX has for a licence or exception, and where it differs; null when the list has none.</summary>
    /// <param name="id">The identifier.</param>
    /// <param name="text">The text; what stands before and behind the licence does not matter.</param>
    public TemplateCheck? Check(string id, ReadOnlySpan<char> text) => _identifiers.Value!.Check(id, text);

    /// <inheritdoc/>
    public void Dispose()
    {
        _identifiers.Dispose();
        Handbook?.Dispose();
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
