namespace Headwater.Core.Licences.Compatibility;

/// <summary>OSADL's matrix: for an outbound and an inbound licence a verdict with its reason. It is not symmetric.</summary>
internal sealed unsafe class CompatibilityMatrix
{
    /// <summary>What stands for the two licences in a reason.</summary>
    public const char Outbound = '\u0001', Inbound = '\u0002';

    /// <summary>The verdicts by their numbers in the library.</summary>
    public static readonly string[] Verdicts = ["Yes", "No", "Same", "Unknown", "Check dependency"];

    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _names;
    private readonly TextTable _reasons;
    private readonly ushort* _cells;

    public CompatibilityMatrix(SectionFile file)
    {
        _names = [.. ExpressionSections.Texts(file, Sections.MatrixNames)];
        Date = _names[^1];
        _names.RemoveAt(_names.Count - 1);
        for (var i = 0; i < _names.Count; i++) _places[_names[i]] = i;
        _cells = file.Section<ushort>(Sections.MatrixCells, out _);
        _reasons = new TextTable(file, Sections.MatrixReasons, Sections.MatrixReasons + 1);
    }

    /// <summary>Of which day it is.</summary>
    public string Date { get; }

    public IReadOnlyList<string> Licences => _names;

    public bool Has(string licence) => _places.ContainsKey(licence);

    /// <summary>One of <see cref="Verdicts"/> and why; null where one of the two is not in the matrix.</summary>
    public (string Verdict, string Reason)? Find(string outbound, string inbound)
    {
        if (!_places.TryGetValue(outbound, out var row) || !_places.TryGetValue(inbound, out var column)) return null;
        var cell = _cells[(row * _names.Count) + column];
        return (Verdicts[cell & 7], _reasons[cell >> 3].ToString().Replace(Outbound.ToString(), _names[row], StringComparison.Ordinal).Replace(Inbound.ToString(), _names[column], StringComparison.Ordinal));
    }
}
