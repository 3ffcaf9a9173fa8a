using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>What is judged.</summary>
public enum PolicySubject
{
    /// <summary>A component's use, with its licence and its findings.</summary>
    Use,

    /// <summary>A contribution to a project of others.</summary>
    Contribution,

    /// <summary>The publication of a project of one's own.</summary>
    Publication,

    /// <summary>A request.</summary>
    Request,
}

/// <summary>All facts that one judgement rests on. One at a time and one thread; to judge many components of a project, its parts are set anew.</summary>
public sealed class PolicyFacts
{
    private static readonly ProjectFact s_noProject = new();
    private static readonly OccurrenceFact s_noOccurrence = new();
    private static readonly ContextFact s_noContext = new();
    private static readonly HealthFact s_noHealth = new();
    private static readonly SignalFact s_noSignals = new();
    private static readonly RequestFact s_noRequest = new();

    private CelList? _advisories;

    /// <summary>The moment of the judgement: what ages are counted to and waivers end at. The same facts with the same moment give the same verdict.</summary>
    public required DateTimeOffset Moment { get; init; }

    /// <summary>What is judged.</summary>
    public PolicySubject Subject { get; init; }

    /// <summary>The component.</summary>
    public required ComponentFact Component
    {
        get;
        set
        {
            field = value;
            field.Moment = Moment;
        }
    }

    /// <summary>Its licence.</summary>
    public LicenceFact Licence { get; set; } = LicenceFact.Unknown;

    /// <summary>Its vulnerabilities, one for each group of aliases; null when it cannot be told (no data for its ecosystem, no version, data that is too old).</summary>
    public IReadOnlyList<AdvisoryFact>? Advisories { get; set => (field, _advisories) = (value, value is null ? null : CelList.Of(value)); }

    /// <summary>
    /// Whether that is all: where data is too old, what it says still holds, and what it does not say is not known. Rules for findings are asked about each one that is known, and come to unknown beside;
    /// for other rules the list as a whole is not known.
    /// </summary>
    public bool AreAdvisoriesComplete { get; set; } = true;

    /// <summary>The project that uses it.</summary>
    public ProjectFact Project { get; set; } = s_noProject;

    /// <summary>What that project version holds; null when it is not known.</summary>
    public ProjectContents? Contents { get; set; }

    /// <summary>How it stands in that project.</summary>
    public OccurrenceFact Occurrence { get; set; } = s_noOccurrence;

    /// <summary>How it is used.</summary>
    public ContextFact Context { get; set; } = s_noContext;

    /// <summary>How the project behind it fares.</summary>
    public HealthFact Health { get; set; } = s_noHealth;

    /// <summary>Signs that it is not what it seems.</summary>
    public SignalFact Signals { get; set; } = s_noSignals;

    /// <summary>What is asked for.</summary>
    public RequestFact Request { get; set; } = s_noRequest;

    /// <summary>Waivers whose subject covers what is judged.</summary>
    public IReadOnlyList<WaiverFact> Waivers { get; set; } = [];

    /// <summary>Whether some waiver holds.</summary>
    public bool HasWaiver
    {
        get
        {
            for (var i = 0; i < Waivers.Count; i++)
            {
                if (Moment < Waivers[i].Until) return true;
            }

            return false;
        }
    }

    /// <summary>The advisory that a rule for findings is being asked about.</summary>
    internal AdvisoryFact? Advisory { get; set; }

    internal CelList? AdvisoryList => AreAdvisoriesComplete ? _advisories : null;
}
