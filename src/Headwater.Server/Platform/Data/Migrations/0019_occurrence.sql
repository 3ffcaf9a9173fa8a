-- What is in what is one table, and an index leads the other way. PostgreSQL spends 28 bytes on a row and at least 16 on an entry of an index before the
-- first value, so there the columns are as narrow as they may be, and the index by project version keeps each version once with a list of its rows.
DROP TABLE occurrence_by_component;
{sqlite}CREATE INDEX IF NOT EXISTS occurrence_component ON occurrence (cv_id, pv_id, depth);
{postgres}ALTER TABLE occurrence DROP CONSTRAINT occurrence_pkey;
{postgres}UPDATE occurrence SET depth = 32767 WHERE depth > 32767;
{postgres}ALTER TABLE occurrence ALTER COLUMN org_id TYPE INTEGER, ALTER COLUMN pv_id TYPE INTEGER, ALTER COLUMN cv_id TYPE INTEGER, ALTER COLUMN flags TYPE SMALLINT, ALTER COLUMN depth TYPE SMALLINT;
{postgres}CREATE UNIQUE INDEX IF NOT EXISTS occurrence_component ON occurrence (cv_id, pv_id);
{postgres}CREATE INDEX IF NOT EXISTS occurrence_version ON occurrence (pv_id);
