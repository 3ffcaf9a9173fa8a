using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Identification;
using Headwater.Core.Licences.Notices;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Notices;

/// <summary>Makes the notice of a project version: from its document as it came, the choices that hold for it, and what the organisation says.</summary>
internal sealed class NoticeMaker(ProjectsModule projects, CurationsModule curations, ChoiceStore choices, NoticeSettingsStore settings, LicenceLibrary library)
{
    /// <summary>Larger documents are not read while somebody waits for a page; a bundle is made of them in the background.</summary>
    public const long LargestPage = 8L * 1024 * 1024;

    /// <summary>Nor are these for a file; the command line does it.</summary>
    public const long LargestFile = 64L * 1024 * 1024;

    /// <summary>Nor are these at all, because that takes the whole of one in memory.</summary>
    public const long LargestBundle = 128L * 1024 * 1024;

    /// <summary>Two at a time, so that the memory of a node is not filled by those who ask at once.</summary>
    private readonly SemaphoreSlim _making = new(2);

    public static string Generator { get; } = $"Headwater {typeof(NoticeMaker).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>The notice of the newest document of a version.</summary>
    /// <param name="stage">Of this stage of the pipeline; null for whatever stage.</param>
    /// <param name="most">The largest document that is read, in bytes.</param>
    public async Task<NoticeOutcome> MakeAsync(Viewer viewer, Guid version, string? stage, bool includeDev, long most, CancellationToken cancellationToken)
    {
        if (await projects.VersionAsync(viewer, version, cancellationToken) is not { } detail) return new NoticeOutcome.NotFound();
        if (await projects.NewestDocumentAsync(viewer, version, stage, cancellationToken) is not { } document) return new NoticeOutcome.NoDocument(detail);
        return await MakeAsync(detail, document, includeDev, most, cancellationToken);
    }

    /// <summary>The notice of one document of a version.</summary>
    public async Task<NoticeOutcome> MakeAsync(ProjectVersionDetail detail, UploadRow document, bool includeDev, long most, CancellationToken cancellationToken)
    {
        if (document.Bytes > most) return new NoticeOutcome.TooLarge(detail, document, most);
        var said = await settings.GetAsync(cancellationToken);
        var holding = Index(await choices.HoldingAsync([.. detail.OwnerPath.Select(o => o.Id).Concat(detail.Owner is { } own ? [own.Id] : []).Distinct()], cancellationToken));
        // Who may see the version may see what is known of the licences in it.
        var known = await curations.OfProjectVersionAsync(Viewer.Everything, detail.Version.Uuid, cancellationToken) ?? [];
        var words = await curations.TextsAsync(known.SelectMany(c => c.Texts).Where(t => t.Source != "sbom").Select(t => t.Sha256).Distinct(), cancellationToken);
        var byIdentity = known.DistinctBy(c => c.Identity).ToDictionary(c => c.Identity, StringComparer.Ordinal);
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (await projects.OpenAsync(document, cancellationToken) is not { } blob) return new NoticeOutcome.Gone(detail, document);
            await using (blob)
                return new NoticeOutcome.Made(new MadeNotice(detail, document, await Task.Run(() => Build(detail, document, blob, said, holding, (component, identity) => Learn(component, byIdentity.GetValueOrDefault(identity), words), includeDev, cancellationToken), cancellationToken)));
        }
        finally
        {
            _making.Release();
        }
    }

    private Notice Build(ProjectVersionDetail detail, UploadRow document, Stream blob, NoticeSettings said, Dictionary<LicenceExpression, List<LicenceChoiceRow>> holding, Action<NoticeComponent, string> learn, bool includeDev, CancellationToken cancellationToken)
    {
        SbomDocument.Read(blob, out var read, new SbomReadOptions { Validate = false }, cancellationToken);
        var components = SbomNotice.Components(read, library.Expressions);
        // By their identity, as the stores have it: that of a component without a package URL is made of what else it is called.
        var identities = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var component in read.Components) identities.TryAdd(component.Ref, UploadsModule.IdentityOf(component));
        foreach (var component in components)
            if (component.Ref is not null && identities.TryGetValue(component.Ref, out var identity)) learn(component, identity);
        return NoticeBuilder.Build(new NoticeInput
        {
            Subject = detail.Version.ProjectName, SubjectVersion = detail.Version.Version, Components = components, SbomSha256 = document.Sha256, Generator = Generator,
            Date = document.ReceivedAt.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Organisation = said.Organisation, Contact = said.Contact, OfferYears = said.Years, SourceLocation = said.SourceLocation,
            Preferences = said.Preferences, IncludeExcluded = includeDev, Choose = (component, expression) => Chosen(holding, component, expression),
        }, NoticeKnowledge.Of(library), cancellationToken);
    }

    /// <summary>What the installation knows beyond the document: what people decided, and texts that were found in packages or given by people.</summary>
    private void Learn(NoticeComponent component, LicensedComponent? known, Dictionary<string, string> words)
    {
        if (known is null) return;
        if (known.Licence is { By: ConcludedBy.Curation, Concluded: { } concluded })
        {
            component.Statements.RemoveAll(s => s.Origin == NoticeOrigin.Concluded);
            component.Statements.Add(new NoticeStatement(NoticeOrigin.Concluded, concluded));
            component.IsDecided = true;
        }

        // The document's texts were read as it came, and what people said is no licence in them counts here too.
        var read = known.Texts.Where(t => t.Source == "sbom" && t.IsRead).DistinctBy(t => t.Sha256).ToDictionary(t => t.Sha256, StringComparer.Ordinal);
        if (read.Count > 0)
        {
            for (var i = 0; i < component.Texts.Count; i++)
                if (read.TryGetValue(CurationsModule.HashOf(component.Texts[i].Text), out var fact)) component.Texts[i] = component.Texts[i] with { Stated = Stated(fact) };
        }

        foreach (var text in known.Texts.Where(t => t.Source != "sbom").OrderBy(t => t.Name, StringComparer.Ordinal).ThenBy(t => t.Sha256, StringComparer.Ordinal))
        {
            if (text.Kind == TextKind.Other || !words.TryGetValue(text.Sha256, out var said)) continue;
            var list = text.Kind == TextKind.Notice ? component.Notices : component.Texts;
            if (list.Exists(t => t.Text == said)) continue;
            var stated = Stated(text);
            list.Add(new NoticeText(text.Name, said, text.Kind == TextKind.Notice || stated.Expression is not { } of ? [] : [.. of.Licences, .. of.Exceptions])
            {
                // A list of copyrights has the licences of much that is not in the package.
                Stated = text.Kind == TextKind.Copyright ? StatedLicence.Nothing : text.IsRead ? stated : null,
            });
        }
    }

    private StatedLicence Stated(ComponentText text) => new(text.Expression is null ? null : library.Expressions.Parse(text.Expression, ExpressionMode.Lenient).Expression, text.IsUnrecognised);

    /// <summary>By expression, whatever the order of its parts; in each list what is nearest first.</summary>
    private Dictionary<LicenceExpression, List<LicenceChoiceRow>> Index(IReadOnlyList<LicenceChoiceRow> rows)
    {
        var index = new Dictionary<LicenceExpression, List<LicenceChoiceRow>>();
        foreach (var row in rows)
        {
            if (library.Expressions.Parse(row.Expression, ExpressionMode.Lenient).Expression is not { } expression) continue;
            if (!index.TryGetValue(expression, out var list)) index.Add(expression, list = []);
            list.Add(row);
        }

        return index;
    }

    private static NoticeChoice? Chosen(Dictionary<LicenceExpression, List<LicenceChoiceRow>> holding, NoticeComponent component, LicenceExpression expression)
    {
        if (!holding.TryGetValue(expression, out var rows)) return null;
        var identity = component.Purl is null ? null : ChoiceStore.Identity(component.Purl);
        return rows.Find(r => r.Identity is null || r.Identity == identity) is { } row ? new NoticeChoice(row.Chosen, row.Reason, row.CreatedBy) : null;
    }
}
