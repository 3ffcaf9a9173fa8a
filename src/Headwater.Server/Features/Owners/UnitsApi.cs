using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Owners;

/// <summary>Units and teams with their numbers, for programs.</summary>
internal static class UnitsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/owners", async (HttpContext http, OwnerStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerWhole("owners", await store.TreeAsync(http.User.InScope(), cancellationToken), Columns, cancellationToken))
            .Produces<IReadOnlyList<OwnerRow>>().Require(Permissions.ViewPortfolio).WithSummary("Units and teams, parents before children");
        api.MapGet("/owners/{id:long}", async Task<Results<Ok<UnitView>, NotFound>> (HttpContext http, OwnerStore store, long id, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), id, cancellationToken) is { } it ? TypedResults.Ok(new UnitView(it.Owner, it.Ancestors, it.Children, it.Trend is [.., var today] ? UnitDay.Of(today) : null)) : TypedResults.NotFound())
            .Require(Permissions.ViewPortfolio).WithSummary("A unit or team: its place in the tree, what lies directly below it, and its numbers of today");
        api.MapGet("/owners/{id:long}/trend", async Task<IResult> (HttpContext http, OwnerStore store, long id, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), id, cancellationToken) is { } it ? listing.AnswerWhole("trend", it.Trend.Select(UnitDay.Of), Days, cancellationToken) : TypedResults.NotFound())
            .Produces<IReadOnlyList<UnitDay>>().Require(Permissions.ViewPortfolio).WithSummary("The numbers of a unit or team by day, of the last ninety days, the oldest first");
    }

    private static readonly (string Name, Func<OwnerRow, object?> Value)[] Columns =
    [
        ("id", o => o.Id), ("kind", o => o.Kind), ("name", o => o.Name), ("title", o => o.Title), ("email", o => o.Email), ("above", o => o.ParentId), ("level", o => o.Level), ("projects", o => o.Projects), ("critical", o => o.Findings.Critical),
        ("high", o => o.Findings.High), ("medium", o => o.Findings.Medium), ("low", o => o.Findings.Low), ("unassigned", o => o.Findings.Unassigned), ("exploited", o => o.Kev), ("risk", o => Math.Round(o.MaxRisk, 1)), ("covered", o => o.Covered),
    ];

    private static readonly (string Name, Func<UnitDay, object?> Value)[] Days =
    [
        ("day", d => d.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)), ("projects", d => d.Projects), ("documented", d => d.Documented), ("hit", d => d.Hit), ("components", d => d.Coverage.Components), ("covered", d => d.Coverage.Covered),
        ("not covered", d => d.Coverage.NotCovered), ("no version", d => d.Coverage.NoVersion), ("unidentified", d => d.Coverage.Unidentified), ("pending", d => d.Coverage.Pending), ("vulnerable", d => d.Vulnerable), ("critical", d => d.Findings.Critical),
        ("high", d => d.Findings.High), ("medium", d => d.Findings.Medium), ("low", d => d.Findings.Low), ("unassigned", d => d.Findings.Unassigned), ("exploited", d => d.Kev), ("counted", d => d.CountedAt),
    ];

    /// <param name="Ancestors">Those above it that the caller may see, the topmost first.</param>
    /// <param name="Today">Null before there was a project in it.</param>
    internal sealed record UnitView(OwnerRow Owner, IReadOnlyList<OwnerRef> Ancestors, IReadOnlyList<OwnerRow> Children, UnitDay? Today);

    /// <summary>What the projects of a unit and of everything below it add up to on a day. What two projects use counts twice.</summary>
    /// <param name="Documented">Projects with a document.</param>
    /// <param name="Hit">Projects with a finding.</param>
    /// <param name="Vulnerable">Uses of components with a finding.</param>
    /// <param name="Kev">Findings that are known to be exploited.</param>
    internal sealed record UnitDay(DateOnly Day, int Projects, int Documented, int Hit, CoverageCounts Coverage, int Vulnerable, SeverityCounts Findings, int Kev, DateTimeOffset CountedAt)
    {
        public static UnitDay Of(UnitNumbers n) => new(n.Date, n.Projects, n.Documented, n.Hit, n.Coverage, n.Vulnerable, n.Severities, n.Kev, n.CountedAt);
    }
}
