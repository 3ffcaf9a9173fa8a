-- The newest analysed upload of each pipeline stage of a version; '' where the uploader named no stage.
CREATE TABLE IF NOT EXISTS stage_upload (
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL REFERENCES project_version (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    upload_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (org_id, pv_id, stage)
) {clustered};
CREATE INDEX IF NOT EXISTS stage_upload_stage ON stage_upload (org_id, stage, pv_id);

UPDATE upload SET stage = LOWER(stage) WHERE stage IS NOT NULL;
UPDATE upload SET stage = NULL WHERE stage NOT IN ('source', 'build', 'artifact', 'test', 'production');
INSERT INTO stage_upload (org_id, pv_id, stage, upload_id, at)
SELECT u.org_id, u.pv_id, COALESCE(u.stage, ''), u.id, u.received_at FROM upload u
JOIN (SELECT MAX(id) AS id FROM upload WHERE state = 'done' GROUP BY pv_id, COALESCE(stage, '')) m ON m.id = u.id;
