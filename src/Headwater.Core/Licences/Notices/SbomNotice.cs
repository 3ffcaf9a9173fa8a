using System.Globalization;
using System.Text.Json;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.CycloneDx;

namespace Headwater.Core.Licences.Notices;

/// <summary>
/// Takes from an SBOM what a notice needs: statements of licences kept apart by where they are from, texts, copyrights, acknowledgements, and what is no part of what is delivered.
/// </summary>
public sealed class SbomNotice
{
    private readonly SbomDocument _document;
    private readonly ExpressionParser _expressions;
    private readonly Dictionary<string, NoticeComponent> _byRef = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SbomLicenceText> _extracted = new(StringComparer.Ordinal);

    private SbomNotice(SbomDocument document, ExpressionParser expressions)
    {
        (_document, _expressions) = (document, expressions);
        foreach (var text in document.LicenceTexts) _extracted.TryAdd(text.Id, text);
    }

    /// <summary>The components of a document, without the one that it describes.</summary>
    /// <param name="document">The document.</param>
    /// <param name="expressions">Reads expressions.</param>
    public static IReadOnlyList<NoticeComponent> Components(SbomDocument document, ExpressionParser expressions)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(expressions);
        return new SbomNotice(document, expressions).Read();
    }

    private List<NoticeComponent> Read()
    {
        var scopes = SbomScopes.Of(_document);
        var files = new List<SbomComponent>();
        var all = new List<NoticeComponent>();
        // A document about one thing and its files alone gives notice of that thing.
        var alone = _document.Components.TrueForAll(c => c.IsRoot || c.Kind == SbomComponentKind.File);
        foreach (var component in _document.Components)
        {
            if (component.IsRoot && !alone) continue;
            if (component.Kind == SbomComponentKind.File && !component.IsRoot)
            {
                files.Add(component);
                continue;
            }

            var made = Component(component);
            made.Excluded = scopes.GetValueOrDefault(component.Ref);
            _byRef.TryAdd(component.Ref, made);
            all.Add(made);
        }

        Files(files, all);
        return all;
    }

    /// <summary>What files say belongs to the package that contains them; a file in none that says something stands for itself.</summary>
    private void Files(List<SbomComponent> files, List<NoticeComponent> all)
    {
        if (files.Count == 0) return;
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var edge in _document.Relationships)
            if (edge is { Kind: SbomRelationshipKind.Contains, To: not null } && _byRef.ContainsKey(edge.From)) owners.TryAdd(edge.To, edge.From);
        var silent = 0;
        var found = new Dictionary<NoticeComponent, List<string>>();
        foreach (var file in files)
        {
            var made = Component(file);
            if ((owners.GetValueOrDefault(file.Ref) ?? file.ParentRef) is { } owner && _byRef.TryGetValue(owner, out var package)) Take(made, package, found);
            else if (made.Statements.TrueForAll(s => s.IsSilent) && made.Copyrights.Count == 0 && made.Texts.Count == 0 && made.Notices.Count == 0) silent++;
            else all.Add(made);
        }

        // What is found in files is found in the package, where nothing is stated for it.
        foreach (var (package, said) in found)
            if (package.Statements.TrueForAll(s => s.IsSilent)) package.Statements.Add(NoticeStatement.Of(NoticeOrigin.Found, said));
        if (silent > 0) all.Add(new NoticeComponent { Name = $"{silent.ToString(CultureInfo.InvariantCulture)} {(silent == 1 ? "file" : "files")}", Excluded = "in no package, and nothing is said of them" });
    }

    private static void Take(NoticeComponent file, NoticeComponent package, Dictionary<NoticeComponent, List<string>> found)
    {
        foreach (var line in file.Copyrights)
            if (!package.Copyrights.Contains(line)) package.Copyrights.Add(line);
        foreach (var notice in file.Notices)
            if (!package.Notices.Exists(p => p.Text == notice.Text)) package.Notices.Add(notice);
        foreach (var text in file.Texts)
            if (!package.Texts.Exists(p => p.Text == text.Text)) package.Texts.Add(text);
        foreach (var words in file.Acknowledgements)
            if (!package.Acknowledgements.Contains(words)) package.Acknowledgements.Add(words);
        foreach (var said in file.Statements.Where(s => !s.IsSilent).SelectMany(s => s.Parts ?? [s.Expression]))
        {
            if (!found.TryGetValue(package, out var all)) found.Add(package, all = []);
            if (!all.Contains(said)) all.Add(said);
        }
    }

    private NoticeComponent Component(SbomComponent c)
    {
        var made = new NoticeComponent
        {
            Name = string.IsNullOrEmpty(c.Group) ? c.Name : c.Group.StartsWith('@') || c.Purl?.StartsWith("pkg:maven/", StringComparison.Ordinal) != true ? $"{c.Group}/{c.Name}" : $"{c.Group}:{c.Name}",
            Version = c.Version, Purl = c.Purl, Ref = c.Ref, Scope = c.Scope == SbomScope.Unspecified ? null : c.Scope.ToString().ToLowerInvariant(), Modified = c.Modified == true || HasPatches(c),
            Homepage = Address(c, "website"), Source = Address(c, "vcs") ?? Address(c, "source-distribution") ?? Address(c, "distribution"),
        };
        Statements(c.Licences, made);
        foreach (var licence in c.Licences) Texts(licence, made);
        Copyright(c.Copyright, made);
        Evidence(c, made);
        if (c.Spdx is { } spdx) Spdx(spdx, made);
        Extracted(made);
        return made;
    }

    private void Statements(List<SbomLicence> licences, NoticeComponent made)
    {
        foreach (var group in licences.Where(l => l.Display.Length > 0).GroupBy(l => l.Acknowledgement == LicenceAcknowledgement.Concluded ? NoticeOrigin.Concluded : NoticeOrigin.Declared))
        {
            string[] said = [.. group.Select(l => l.Display).Distinct(StringComparer.Ordinal)];
            made.Statements.Add(NoticeStatement.Of(group.Key, said));
        }

        made.LicenceAddress ??= licences.Select(l => l.Url).FirstOrDefault(u => !string.IsNullOrEmpty(u));
    }

    private void Texts(SbomLicence licence, NoticeComponent made)
    {
        string[] ids = Ids(licence.Display);
        if (licence.Text is { Length: > 0 } text) made.Texts.Add(new NoticeText(licence.Display, text, ids));
        foreach (var extra in licence.Extras)
        {
            if (extra.Name == "text") Encoded(extra.Json, licence.Display, ids, licence.Text is null, made);
            if (extra.Name != "expressionDetails" || extra.Json.ValueKind != JsonValueKind.Array) continue;
            foreach (var detail in extra.Json.EnumerateArray())
            {
                var id = CycloneDxJson.Text(detail, "licenseIdentifier") ?? licence.Display;
                if (detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("text"u8, out var inner))
                {
                    if (CycloneDxJson.Text(inner, "encoding") == "base64") Encoded(inner, id, Ids(id), true, made);
                    else if (CycloneDxJson.Text(inner, "content") is { Length: > 0 } plain) made.Texts.Add(new NoticeText(id, plain, Ids(id)));
                }

                made.LicenceAddress ??= CycloneDxJson.Text(detail, "url");
            }
        }
    }

    /// <summary>A text in base64.</summary>
    private static void Encoded(JsonElement text, string name, string[] ids, bool isOnlyOne, NoticeComponent made)
    {
        if (!isOnlyOne || CycloneDxJson.Text(text, "encoding") != "base64" || CycloneDxJson.Text(text, "content") is not { Length: > 0 } content) return;
        var type = CycloneDxJson.Text(text, "contentType");
        var bytes = new byte[content.Length];
        if (type is not null && !type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)) made.Unread.Add($"The text of {name} is of the type {type}, which is no text.");
        else if (!Convert.TryFromBase64String(content, bytes, out var length)) made.Unread.Add($"The text of {name} is not in base64, as the document says.");
        else if (TextFile.Of(bytes.AsSpan(0, length)).Text is not { } plain) made.Unread.Add($"The text of {name} is no text.");
        else made.Texts.Add(new NoticeText(name, plain, ids));
    }

    private void Evidence(SbomComponent c, NoticeComponent made)
    {
        foreach (var extra in c.Extras)
        {
            if (extra.Name != "evidence" || extra.Json.ValueKind != JsonValueKind.Object) continue;
            if (extra.Json.TryGetProperty("licenses"u8, out var licences))
            {
                SbomLicence[] found = [.. CycloneDxJson.Licences(licences)];
                string[] said = [.. found.Select(l => l.Display).Where(d => d.Length > 0).Distinct(StringComparer.Ordinal)];
                if (said.Length > 0) made.Statements.Add(NoticeStatement.Of(NoticeOrigin.Found, said));
                foreach (var licence in found) Texts(licence, made);
            }

            foreach (var copyright in CycloneDxJson.List(extra.Json, "copyright")) Copyright(CycloneDxJson.Text(copyright, "text"), made);
        }
    }

    private void Spdx(SpdxComponentFields spdx, NoticeComponent made)
    {
        if (spdx.ConcludedLicence is { } concluded && !made.Statements.Exists(s => s.Origin == NoticeOrigin.Concluded)) made.Statements.Add(new NoticeStatement(NoticeOrigin.Concluded, concluded));
        if (spdx.DeclaredLicence is { } declared && !made.Statements.Exists(s => s.Origin == NoticeOrigin.Declared)) made.Statements.Add(new NoticeStatement(NoticeOrigin.Declared, declared));
        string[] found = [.. spdx.LicenceInfo.Where(l => l is not ("NONE" or "NOASSERTION")).Distinct(StringComparer.Ordinal)];
        if (found.Length > 0) made.Statements.Add(NoticeStatement.Of(NoticeOrigin.Found, found));
        if (!string.IsNullOrWhiteSpace(spdx.NoticeText)) made.Notices.Add(new NoticeText("NOTICE", spdx.NoticeText, []));
        made.Acknowledgements.AddRange(spdx.AttributionTexts.Where(t => !string.IsNullOrWhiteSpace(t)));
    }

    /// <summary>Texts that the document keeps apart, for the references that the component's statements name.</summary>
    private void Extracted(NoticeComponent made)
    {
        if (_extracted.Count == 0) return;
        foreach (var statement in made.Statements)
        {
            foreach (var id in statement.Expression.Split([' ', '(', ')', '+'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
            {
                if (!_extracted.TryGetValue(id, out var text) || made.Texts.Exists(t => t.Licences.Contains(id))) continue;
                if (!string.IsNullOrEmpty(text.Text) && text.Text is not ("NOASSERTION" or "NONE")) made.Texts.Add(new NoticeText(text.Name ?? id, text.Text, [id]));
                made.LicenceAddress ??= text.SeeAlso.Count > 0 ? text.SeeAlso[0] : null;
            }
        }
    }

    /// <summary>A statement a line; sentences that run over several lines stay together as far as nobody can tell them apart.</summary>
    private static void Copyright(string? text, NoticeComponent made)
    {
        if (string.IsNullOrWhiteSpace(text)) return;
        foreach (var line in NoticeTextTable.Plain(text).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (line is not ("NOASSERTION" or "NONE") && line.AsSpan().IndexOfAnyInRange('0', '\uffff') >= 0 && !made.Copyrights.Contains(line)) made.Copyrights.Add(line);
    }

    /// <summary>The identifiers that a text is of; none when the name is not understood.</summary>
    private string[] Ids(string display)
    {
        var read = _expressions.Parse(display, ExpressionMode.Lenient).Expression;
        return read is null ? [] : [.. read.Licences.Concat(read.Exceptions)];
    }

    private static string? Address(SbomComponent c, string type) => c.ExternalReferences.Find(r => r.Type == type && r.Url is { Length: > 0 } and not ("NOASSERTION" or "NONE"))?.Url;

    private static bool HasPatches(SbomComponent c) => c.Extras.Exists(e => e.Name == "pedigree" && CycloneDxJson.List(e.Json, "patches").Any());
}
