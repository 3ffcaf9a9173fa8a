using Dapper;
using Headwater.Server.Features.DependencyTrack;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features.DependencyTrack;

/// <summary>Numbers by the day, against a count of every day that was ever written.</summary>
public sealed class MetricsDayTests(TestHost host) : IClassFixture<TestHost>
{
    private const long First = 700_000_000, Span = 60;

    [Fact]
    public async Task PortfolioSince_WhateverTheDay_IsWhatACountOfAllDaysSays()
    {
        var today = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400;
        var random = new Random(20261121);
        var rows = new List<(long Version, long Day, long Components, long Vulnerable, long Critical, long Audited)>();
        for (var version = First; version < First + 25; version++)
            for (var day = today - Span; day <= today; day++)
                if (random.Next(9) == 0) rows.Add((version, day, random.Next(500), random.Next(3), random.Next(9), random.Next(5)));
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            for (var id = First; id < First + 25; id++)
            {
                await connection.ExecuteAsync("INSERT INTO project (id, org_id, uuid, name, latest_id, created_at) VALUES (@id, 1, @uuid, @name, @id, @at)", new { id, uuid = Guid.CreateVersion7(), name = $"days-{id}", at = (today - Span) * 86_400_000 }, transaction);
                await connection.ExecuteAsync("INSERT INTO project_version (id, org_id, uuid, project_id, version, created_at) VALUES (@id, 1, @uuid, @id, '1', 0)", new { id, uuid = Guid.CreateVersion7() }, transaction);
            }

            foreach (var r in rows)
                await connection.ExecuteAsync("""
                    INSERT INTO metrics_day (org_id, pv_id, day, components, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited) VALUES (1, @Version, @Day, @Components, @Vulnerable, @Critical, 0, 0, 0, 0, 0, 0, 0, @Audited)
                    """, new { r.Version, r.Day, r.Components, r.Vulnerable, r.Critical, r.Audited }, transaction);
        });

        foreach (var back in new[] { 0L, 1, 7, 30, 59, 60, 90 })
        {
            var days = await host.Get<DtMetricsStore>().PortfolioSinceAsync(Viewer.Everything, today - back, TestContext.Current.CancellationToken);
            foreach (var day in days)
            {
                var known = rows.Where(r => r.Day <= day.Day).GroupBy(r => r.Version).Select(g => g.MaxBy(r => r.Day)).ToList();
                (day.Day, day.Components, day.Vulnerable, day.Critical, day.Audited, day.VulnerableProjects, day.Projects)
                    .ShouldBe((day.Day, (int)known.Sum(r => r.Components), (int)known.Sum(r => r.Vulnerable), (int)known.Sum(r => r.Critical), (int)known.Sum(r => r.Audited), known.Count(r => r.Vulnerable > 0), 25));
            }

            // The store has a clock of its own, and it may be a day later by now.
            var last = days[^1].Day;
            last.ShouldBeInRange(today, today + 1);
            days.Select(d => d.Day).ShouldBe(Enumerable.Range(0, (int)(last - today + back + 1)).Select(i => today - back + i).Where(d => rows.Exists(r => r.Day <= d)));
            var one = await host.Get<DtMetricsStore>().OfProjectAsync(First, today - back, TestContext.Current.CancellationToken);
            foreach (var day in one) day.Components.ShouldBe((int)rows.Where(r => r.Version == First && r.Day <= day.Day).MaxBy(r => r.Day).Components);
        }
    }
}
