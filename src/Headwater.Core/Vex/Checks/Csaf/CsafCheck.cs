using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>
/// The schema of CSAF 2.0 and the tests of its section 6, each named by its number. They run whatever the schema says, on what has the right shape, so that one mistake does not hide the others.
/// </summary>
internal sealed partial class CsafCheck
{
    private static readonly (string Id, Action<CsafCheck> Run)[] s_tests =
    [
        ("6.1.1", c => c.MissingProducts()), ("6.1.2", c => c.ProductsTwice()), ("6.1.3", c => c.CircularProducts()), ("6.1.4", c => c.MissingGroups()), ("6.1.5", c => c.GroupsTwice()),
        ("6.1.6", c => c.ContradictingStatus()), ("6.1.7", c => c.ScoresTwice()), ("6.1.9", c => c.ScoreComputation()), ("6.1.10", c => c.ScoreConsistency()), ("6.1.11", c => c.Weaknesses()),
        ("6.1.12", c => c.LanguageTags()), ("6.1.13", c => c.PackageUrls()), ("6.1.14", c => c.SortedHistory()), ("6.1.15", c => c.Translator()), ("6.1.16", c => c.LatestVersion()),
        ("6.1.17", c => c.DraftStatus()), ("6.1.18", c => c.ReleasedHistory()), ("6.1.19", c => c.PrereleasesInHistory()), ("6.1.20", c => c.NonDraftVersion()), ("6.1.21", c => c.MissingInHistory()),
        ("6.1.22", c => c.TwiceInHistory()), ("6.1.23", c => c.CveTwice()), ("6.1.24", c => c.Involvements()), ("6.1.25", c => c.HashAlgorithms()), ("6.1.26", c => c.CategoryName()),
        ("6.1.27.1", c => c.DocumentNotes()), ("6.1.27.2", c => c.DocumentReferences()), ("6.1.27.3", c => c.NoVulnerabilities()), ("6.1.27.4", c => c.NeedsTree()), ("6.1.27.5", c => c.VulnerabilityNotes()),
        ("6.1.27.6", c => c.NeedsStatus()), ("6.1.27.7", c => c.NeedsVexStatus()), ("6.1.27.8", c => c.NeedsId()), ("6.1.27.9", c => c.ImpactStatements()), ("6.1.27.10", c => c.ActionStatements()),
        ("6.1.27.11", c => c.NeedsVulnerabilities()), ("6.1.28", c => c.Translation()), ("6.1.29", c => c.RemediationProducts()), ("6.1.30", c => c.MixedVersioning()), ("6.1.31", c => c.RangeAsVersion()),
        ("6.1.32", c => c.FlagProducts()), ("6.1.33", c => c.FlagsTwice()),
        ("6.2.1", c => c.UnusedProducts()), ("6.2.2", c => c.MissingRemediation()), ("6.2.3", c => c.MissingScore()), ("6.2.4", c => c.BuildMetadata()), ("6.2.5", c => c.InitialRelease()),
        ("6.2.6", c => c.CurrentRelease()), ("6.2.7", c => c.InvolvementDates()), ("6.2.8", c => c.OnlyHash("md5", "MD5")), ("6.2.9", c => c.OnlyHash("sha1", "SHA-1")), ("6.2.10", c => c.TlpLabel()),
        ("6.2.11", c => c.CanonicalUrl()), ("6.2.12", c => c.DocumentLanguage()), ("6.2.13", c => c.Sorting()), ("6.2.14", c => c.PrivateLanguage()), ("6.2.15", c => c.DefaultLanguage()),
        ("6.2.16", c => c.IdentificationHelper()), ("6.2.17", c => c.CveInIds()), ("6.2.18", c => c.RangeWithoutVers()), ("6.2.19", c => c.FixedScores()), ("6.2.20", c => c.AdditionalProperties()),
        ("6.3.1", c => c.OnlyCvss2()), ("6.3.2", c => c.Cvss30()), ("6.3.3", c => c.MissingCve()), ("6.3.4", c => c.MissingWeakness()), ("6.3.5", c => c.ShortHash()),
        ("6.3.9", c => c.BranchCategories()), ("6.3.10", c => c.VersionRanges()), ("6.3.11", c => c.VersionIndicator()),
    ];

    private readonly JsonElement _root;
    private readonly JsonElement? _document;
    private readonly VexReport _report;
    private readonly CsafProductTree _tree;
    private readonly List<(JsonElement Element, string At)> _vulnerabilities;
    private readonly List<Revision> _history = [];
    private string _test = string.Empty;

    private readonly record struct Revision(CsafVersion Number, DateTimeOffset? Date, string At);

    private CsafCheck(JsonElement root, VexReport report)
    {
        _root = root;
        _document = root.Get("document");
        _report = report;
        _tree = new CsafProductTree(root);
        _vulnerabilities = [.. root.Each("vulnerabilities", string.Empty)];
        foreach (var (r, at) in Tracking.Each("revision_history", "/document/tracking"))
        {
            if (r.Text("number") is { } number) _history.Add(new Revision(new CsafVersion(number), r.Text("date") is { } text && VexTime.TryParse(text, out var date) ? date : null, at));
        }
    }

    /// <summary>The tests that are run, by number; 6.1.8 is the part of the schema that is about scores.</summary>
    public static IEnumerable<string> Tests => s_tests.Select(t => t.Id).Append("6.1.8");

    public static void Run(JsonElement root, VexReport report, CancellationToken cancellationToken)
    {
        var check = new CsafCheck(root, report);
        check.Schema();
        foreach (var (id, run) in s_tests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            check._test = id;
            run(check);
        }
    }

    private JsonElement? Tracking => _document.Get("tracking");

    private string? Category => _document.Text("category");

    private string? Stage => Tracking.Text("status");

    /// <summary>A finding of the test that runs; the second number says how much it weighs.</summary>
    private void Found(string at, string message) =>
        _report.Add(_test, _test.StartsWith("6.1.", StringComparison.Ordinal) ? VexFindingLevel.Error : _test.StartsWith("6.2.", StringComparison.Ordinal) ? VexFindingLevel.Warning : VexFindingLevel.Information, at, message);

    private void Schema()
    {
        var errors = new List<SbomError>();
        var odd = new List<SbomError>();
        CsafSchema.Document.Validate(_root, string.Empty, errors, 200, odd);
        foreach (var error in errors) _report.Error(IsScore(error.At) ? "6.1.8" : "schema", error.At, error.Message);
        foreach (var warning in odd) _report.Warn("schema", warning.At, warning.Message);
    }

    private static bool IsScore(string at) => at.Split('/') is ["", "vulnerabilities", _, "scores", _, "cvss_v2" or "cvss_v3", ..];
}
