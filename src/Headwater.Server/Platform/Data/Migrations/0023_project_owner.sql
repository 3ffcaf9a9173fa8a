-- How many projects each owner has is read from the index alone.
DROP INDEX IF EXISTS project_owner;
CREATE INDEX IF NOT EXISTS project_by_owner ON project (org_id, owner_id, retired_at, id);
