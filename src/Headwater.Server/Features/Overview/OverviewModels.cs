using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;

namespace Headwater.Server.Features.Overview;

/// <summary>The portfolio in numbers. Latest active versions count; older versions do not.</summary>
/// <param name="VulnerableProjects">Projects whose latest version has at least one finding.</param>
/// <param name="WithoutOwner">Projects nobody owns.</param>
/// <param name="StaleProjects">Projects without an upload for 90 days.</param>
/// <param name="PendingJobs">Jobs waiting or running.</param>
/// <param name="CountedAt">When the numbers were made: now, or in a large portfolio up to a minute ago.</param>
internal sealed record PortfolioOverview(
    int Projects, int VulnerableProjects, int WithoutOwner, int StaleProjects, int Components, int ComponentVersions, int VulnerableComponentVersions,
    SeverityCounts Findings, int Kev, CoverageCounts Coverage, DateTimeOffset? NewestUpload, FeedStatus Feeds, int PendingJobs, int DeadJobs,
    IReadOnlyList<TopRisk> TopRisks, IReadOnlyList<DayPoint> Trend, IReadOnlyList<UploadRow> RecentUploads, DateTimeOffset CountedAt);
