using System.Text.Json;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Samples;

/// <summary>Licence texts of sample components and what somebody decided about them, so that the workbench, a decision and a notice have something real in them.</summary>
internal sealed class SampleLicences(CurationsModule curations, TimeProvider time, ILogger<SampleLicences> log)
{
    private const string By = "system";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <param name="folder">Holds <c>licences.json</c> and the texts that it names; nothing is done where it does not.</param>
    public async Task LoadAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "licences.json");
        if (!File.Exists(file)) return;
        try
        {
            await using var stream = File.OpenRead(file);
            var said = await JsonSerializer.DeserializeAsync<Said>(stream, JsonSerializerOptions.Web, cancellationToken);
            foreach (var text in said?.Texts ?? []) await AddAsync(folder, text, cancellationToken);
            // What is decided is held against what the texts state.
            while (await curations.IsBusyAsync(cancellationToken)) await Task.Delay(Look, time, cancellationToken);
            foreach (var decision in said?.Decisions ?? []) await DecideAsync(decision, cancellationToken);
        }
        catch (JsonException e)
        {
            log.SampleRefused(file, e.Message);
        }
    }

    private async Task AddAsync(string folder, Text text, CancellationToken cancellationToken)
    {
        var (root, path) = (Path.GetFullPath(folder), Path.GetFullPath(Path.Combine(folder, text.File)));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path)) log.SampleRefused(text.File, "There is no such file in the folder.");
        else if (await curations.FindAsync(Viewer.Everything, text.Component, cancellationToken) is not { } it) log.SampleRefused(text.Component, "No document has it.");
        else if (await curations.AddTextsAsync(Viewer.Everything, it.ComponentVersionId, [new NewText(it.ComponentVersionId, text.Name, TextKind.Licence, (await File.ReadAllTextAsync(path, cancellationToken)).ReplaceLineEndings("\n"))], "archive", By, cancellationToken) is { } refusal) log.SampleRefused(text.File, refusal);
    }

    private async Task DecideAsync(Decision decision, CancellationToken cancellationToken)
    {
        if (await curations.FindAsync(Viewer.Everything, decision.Component, cancellationToken) is not { } it) log.SampleRefused(decision.Component, "No document has it.");
        else if (it.Licence?.Curation is null && await curations.DecideAsync(Viewer.Everything, it.ComponentVersionId, new CurationWish(decision.Scope, decision.Licence, decision.Reason, decision.Note, Evidence: decision.Evidence), By, cancellationToken) is { Refusal: { } refusal })
            log.SampleRefused(decision.Component, refusal);
    }

    private sealed record Said(IReadOnlyList<Text>? Texts, IReadOnlyList<Decision>? Decisions);

    /// <param name="Component">The package URL, with its version.</param>
    /// <param name="Name">What the file is called in the package.</param>
    private sealed record Text(string Component, string Name, string File);

    private sealed record Decision(string Component, string Scope, string Licence, string Reason, string? Note, IReadOnlyList<string>? Evidence);
}
