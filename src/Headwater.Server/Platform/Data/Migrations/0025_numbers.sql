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

-- The days so far of the whole, and of units those before their first and what was decided on the others, are what the projects that are in them today had: the versions that are the latest
-- today, where they lie today. What was judged of it was not kept by project, so it stands as not judged; and of the time of counting the day alone is known, so it stands at its beginning.
-- Each row of a project counts from its day until the day of the next: what it adds there and takes away here, summed up by owner, then for each unit above, then over the days.
CREATE TABLE unit_past (org_id BIGINT NOT NULL, owner_id BIGINT NOT NULL, day BIGINT NOT NULL,
    projects BIGINT NOT NULL, hit BIGINT NOT NULL, components BIGINT NOT NULL, vulnerable BIGINT NOT NULL, critical BIGINT NOT NULL, high BIGINT NOT NULL, medium BIGINT NOT NULL, low BIGINT NOT NULL, unassigned BIGINT NOT NULL, kev BIGINT NOT NULL, suppressed BIGINT NOT NULL, settled BIGINT NOT NULL, audited BIGINT NOT NULL, PRIMARY KEY (org_id, owner_id, day));

INSERT INTO unit_past (org_id, owner_id, day, projects, hit, components, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited)
WITH RECURSIVE above (org_id, owner_id, unit_id) AS (
    SELECT org_id, id, id FROM owner UNION SELECT a.org_id, a.owner_id, w.id FROM above a JOIN owner o ON o.id = a.unit_id JOIN owner w ON w.id = o.parent_id),
units AS (SELECT org_id, owner_id, unit_id FROM above UNION ALL SELECT DISTINCT org_id, COALESCE(owner_id, 0), 0 FROM project),
spans AS (
    SELECT d.org_id, COALESCE(p.owner_id, 0) AS owner_id, d.day, LEAD(d.day) OVER (PARTITION BY d.pv_id ORDER BY d.day) AS until, CASE WHEN d.critical + d.high + d.medium + d.low + d.unassigned > 0 THEN 1 ELSE 0 END AS hit,
        d.components, d.vulnerable, d.critical, d.high, d.medium, d.low, d.unassigned, d.kev, d.suppressed, d.settled, d.audited
    FROM project p JOIN metrics_day d ON d.org_id = p.org_id AND d.pv_id = p.latest_id WHERE p.retired_at IS NULL),
steps AS (
    SELECT 1 AS sign, s.org_id, s.owner_id, s.day, s.hit, s.components, s.vulnerable, s.critical, s.high, s.medium, s.low, s.unassigned, s.kev, s.suppressed, s.settled, s.audited FROM spans s
    UNION ALL SELECT -1, s.org_id, s.owner_id, s.until, s.hit, s.components, s.vulnerable, s.critical, s.high, s.medium, s.low, s.unassigned, s.kev, s.suppressed, s.settled, s.audited FROM spans s WHERE s.until IS NOT NULL),
own AS (SELECT org_id, owner_id, day, SUM(sign) AS projects, SUM(hit * sign) AS hit, SUM(components * sign) AS components, SUM(vulnerable * sign) AS vulnerable, SUM(critical * sign) AS critical, SUM(high * sign) AS high, SUM(medium * sign) AS medium, SUM(low * sign) AS low, SUM(unassigned * sign) AS unassigned, SUM(kev * sign) AS kev, SUM(suppressed * sign) AS suppressed, SUM(settled * sign) AS settled, SUM(audited * sign) AS audited FROM steps GROUP BY org_id, owner_id, day),
sums AS (SELECT u.org_id, u.unit_id, o.day, SUM(o.projects) AS projects, SUM(o.hit) AS hit, SUM(o.components) AS components, SUM(o.vulnerable) AS vulnerable, SUM(o.critical) AS critical, SUM(o.high) AS high, SUM(o.medium) AS medium, SUM(o.low) AS low, SUM(o.unassigned) AS unassigned, SUM(o.kev) AS kev, SUM(o.suppressed) AS suppressed, SUM(o.settled) AS settled, SUM(o.audited) AS audited FROM own o JOIN units u ON u.org_id = o.org_id AND u.owner_id = o.owner_id GROUP BY u.org_id, u.unit_id, o.day)
SELECT org_id, unit_id, day, SUM(projects) OVER w, SUM(hit) OVER w, SUM(components) OVER w, SUM(vulnerable) OVER w, SUM(critical) OVER w, SUM(high) OVER w, SUM(medium) OVER w, SUM(low) OVER w, SUM(unassigned) OVER w, SUM(kev) OVER w, SUM(suppressed) OVER w, SUM(settled) OVER w, SUM(audited) OVER w FROM sums WINDOW w AS (PARTITION BY org_id, unit_id ORDER BY day);

UPDATE unit_day SET suppressed = p.suppressed, settled = p.settled, audited = p.audited FROM unit_past p WHERE p.org_id = unit_day.org_id AND p.owner_id = unit_day.owner_id
    AND p.day = (SELECT MAX(l.day) FROM unit_past l WHERE l.org_id = unit_day.org_id AND l.owner_id = unit_day.owner_id AND l.day <= unit_day.day);

-- A day on which nothing changed but what was decided had no row.
INSERT INTO unit_day (org_id, owner_id, day, counted_at, projects, documented, hit, components, covered, not_covered, no_version, unidentified, pending, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited)
SELECT p.org_id, p.owner_id, p.day, p.day * 86400000, d.projects, d.documented, d.hit, d.components, d.covered, d.not_covered, d.no_version, d.unidentified, d.pending, d.vulnerable, d.critical, d.high, d.medium, d.low, d.unassigned, d.kev, p.suppressed, p.settled, p.audited
FROM unit_past p JOIN unit_day d ON d.org_id = p.org_id AND d.owner_id = p.owner_id AND d.day = (SELECT MAX(l.day) FROM unit_day l WHERE l.org_id = p.org_id AND l.owner_id = p.owner_id AND l.day <= p.day) WHERE d.day < p.day;

INSERT INTO unit_day (org_id, owner_id, day, counted_at, projects, documented, hit, components, covered, not_covered, no_version, unidentified, pending, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited)
SELECT p.org_id, p.owner_id, p.day, p.day * 86400000, p.projects, p.projects, p.hit, p.components, 0, 0, 0, 0, p.components, p.vulnerable, p.critical, p.high, p.medium, p.low, p.unassigned, p.kev, p.suppressed, p.settled, p.audited
FROM unit_past p LEFT JOIN (SELECT org_id, owner_id, MIN(day) AS day FROM unit_day GROUP BY org_id, owner_id) f ON f.org_id = p.org_id AND f.owner_id = p.owner_id WHERE f.day IS NULL OR p.day < f.day;

DROP TABLE unit_past;

-- The next start counts what is now from the beginning.
DELETE FROM setting WHERE name = 'units.counted';
