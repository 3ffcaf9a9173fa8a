-- The indexes that lists of projects are read along also hold who may see a row and whether it is retired, so that counting and skipping touch no table.
DROP INDEX IF EXISTS project_by_name;
DROP INDEX IF EXISTS project_by_risk;
DROP INDEX IF EXISTS project_by_findings;
DROP INDEX IF EXISTS project_by_components;
DROP INDEX IF EXISTS project_by_upload;
CREATE INDEX IF NOT EXISTS project_by_name ON project (org_id, LOWER(name), id, owner_id, retired_at);
CREATE INDEX IF NOT EXISTS project_by_risk ON project (org_id, max_risk, id, owner_id, retired_at);
CREATE INDEX IF NOT EXISTS project_by_findings ON project (org_id, findings, id, owner_id, retired_at);
CREATE INDEX IF NOT EXISTS project_by_components ON project (org_id, components, id, owner_id, retired_at);
CREATE INDEX IF NOT EXISTS project_by_upload ON project (org_id, uploaded_at, id, owner_id, retired_at, findings);
CREATE INDEX IF NOT EXISTS advisory_usage_projects ON advisory_usage (org_id, projects, id);
