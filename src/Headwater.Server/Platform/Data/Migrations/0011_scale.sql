-- Numbers that lists sort by lie with the project, so that every offered order is an index and who may see a row is in the same row.
ALTER TABLE project ADD COLUMN max_risk DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN findings BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN components BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN uploaded_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS project_by_name ON project (org_id, LOWER(name), id, owner_id);
CREATE INDEX IF NOT EXISTS project_by_risk ON project (org_id, max_risk, id, owner_id);
CREATE INDEX IF NOT EXISTS project_by_findings ON project (org_id, findings, id, owner_id);
CREATE INDEX IF NOT EXISTS project_by_components ON project (org_id, components, id, owner_id);
CREATE INDEX IF NOT EXISTS project_by_upload ON project (org_id, uploaded_at, id, owner_id);
CREATE INDEX IF NOT EXISTS project_by_latest ON project (latest_id, org_id, owner_id, id);
UPDATE project SET (max_risk, findings, components, uploaded_at) =
    (SELECT v.max_risk, v.critical + v.high + v.medium + v.low + v.unassigned, v.components, COALESCE(v.last_upload_at, 0) FROM project_version v WHERE v.id = project.latest_id)
WHERE latest_id IN (SELECT id FROM project_version);

-- In how many projects' latest versions a component version is.
CREATE TABLE IF NOT EXISTS version_usage (
    org_id BIGINT NOT NULL,
    cv_id BIGINT NOT NULL,
    projects BIGINT NOT NULL,
    PRIMARY KEY (org_id, cv_id)
) {clustered};

-- What of a project has been counted: its latest version then, and what was in that (ids as differences). The next count adds only what differs.
CREATE TABLE IF NOT EXISTS usage_counted (
    project_id {id},
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL,
    content {blob} NOT NULL
);
CREATE INDEX IF NOT EXISTS usage_counted_version ON usage_counted (pv_id);

-- Advisories that hit a project and were settled there (each of its findings was decided to be none) when it was counted.
CREATE TABLE IF NOT EXISTS usage_settled (
    project_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    org_id BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
) {clustered};

-- Project versions whose numbers are older than the findings in them.
CREATE TABLE IF NOT EXISTS number_work (
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL,
    PRIMARY KEY (org_id, pv_id)
) {clustered};

-- The sorts of components and advisories.
ALTER TABLE component_usage ADD COLUMN findings BIGINT NOT NULL DEFAULT 0;
UPDATE component_usage SET findings = critical + high + medium + low + unassigned;
CREATE INDEX IF NOT EXISTS component_by_name ON component (LOWER(name), id);
CREATE INDEX IF NOT EXISTS component_usage_projects ON component_usage (org_id, projects, component_id);
CREATE INDEX IF NOT EXISTS component_usage_versions ON component_usage (org_id, versions, component_id);
CREATE INDEX IF NOT EXISTS component_usage_findings ON component_usage (org_id, findings, component_id);
