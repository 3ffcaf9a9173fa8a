-- What of a day's components was judged, and when that was counted. Null for days of before: it was not kept then. The last row of a version is what it has now.
ALTER TABLE metrics_day ADD COLUMN covered BIGINT;
ALTER TABLE metrics_day ADD COLUMN not_covered BIGINT;
ALTER TABLE metrics_day ADD COLUMN no_version BIGINT;
ALTER TABLE metrics_day ADD COLUMN unidentified BIGINT;
ALTER TABLE metrics_day ADD COLUMN pending BIGINT;
ALTER TABLE metrics_day ADD COLUMN counted_at BIGINT;

UPDATE metrics_day SET covered = v.covered, not_covered = v.not_covered, no_version = v.no_version, unidentified = v.unidentified, pending = v.pending, counted_at = v.metrics_at
FROM project_version v WHERE metrics_day.org_id = v.org_id AND metrics_day.pv_id = v.id AND v.metrics_at IS NOT NULL
    AND metrics_day.day = (SELECT MAX(l.day) FROM metrics_day l WHERE l.org_id = v.org_id AND l.pv_id = v.id);

-- Units add up what was decided as well, and the whole organisation is kept like a unit, as owner 0: what nobody owns is in it too.
ALTER TABLE unit_counted ADD COLUMN suppressed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unit_counted ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unit_counted ADD COLUMN audited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unit_day ADD COLUMN suppressed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unit_day ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unit_day ADD COLUMN audited BIGINT NOT NULL DEFAULT 0;

-- The days of the whole so far are what its projects had; what was judged of it was not kept by project, so it stands as not judged. Each row of a project counts from its day
-- until the day of the next: what it adds there and takes away here, summed up.
INSERT INTO unit_day (org_id, owner_id, day, counted_at, projects, documented, hit, components, covered, not_covered, no_version, unidentified, pending, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited)
WITH spans AS (
    SELECT d.org_id, d.day, LEAD(d.day) OVER (PARTITION BY d.pv_id ORDER BY d.day) AS until, CASE WHEN d.critical + d.high + d.medium + d.low + d.unassigned > 0 THEN 1 ELSE 0 END AS hit,
        d.components, d.vulnerable, d.critical, d.high, d.medium, d.low, d.unassigned, d.kev, d.suppressed, d.settled, d.audited
    FROM project p JOIN metrics_day d ON d.org_id = p.org_id AND d.pv_id = p.latest_id WHERE p.retired_at IS NULL),
steps AS (SELECT s.*, 1 AS sign FROM spans s UNION ALL SELECT s.org_id, s.until, s.until, s.hit, s.components, s.vulnerable, s.critical, s.high, s.medium, s.low, s.unassigned, s.kev, s.suppressed, s.settled, s.audited, -1 FROM spans s WHERE s.until IS NOT NULL),
sums AS (
    SELECT org_id, day, SUM(sign) AS projects, SUM(hit * sign) AS hit, SUM(components * sign) AS components, SUM(vulnerable * sign) AS vulnerable, SUM(critical * sign) AS critical, SUM(high * sign) AS high,
        SUM(medium * sign) AS medium, SUM(low * sign) AS low, SUM(unassigned * sign) AS unassigned, SUM(kev * sign) AS kev, SUM(suppressed * sign) AS suppressed, SUM(settled * sign) AS settled, SUM(audited * sign) AS audited
    FROM steps GROUP BY org_id, day)
SELECT org_id, 0, day, day * 86400000, SUM(projects) OVER w, SUM(projects) OVER w, SUM(hit) OVER w, SUM(components) OVER w, 0, 0, 0, 0, SUM(components) OVER w, SUM(vulnerable) OVER w, SUM(critical) OVER w, SUM(high) OVER w,
    SUM(medium) OVER w, SUM(low) OVER w, SUM(unassigned) OVER w, SUM(kev) OVER w, SUM(suppressed) OVER w, SUM(settled) OVER w, SUM(audited) OVER w
FROM sums WINDOW w AS (PARTITION BY org_id ORDER BY day);

-- The next start counts what is now from the beginning.
DELETE FROM setting WHERE name = 'units.counted';
