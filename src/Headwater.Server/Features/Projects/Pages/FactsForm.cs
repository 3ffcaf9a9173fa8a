using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Projects.Pages;

internal static class FactsForm
{
    /// <summary>The project that the form says it is part of; empty when it names none, null when there is none of that name in sight.</summary>
    public static async Task<Guid?> ParentAsync(ProjectFactStore facts, Viewer viewer, FactsInput input, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(input.PartOf) ? Guid.Empty : await facts.FindAsync(viewer, input.PartOf.Trim(), cancellationToken);
}
