-- One index for each order of the archive, so that no page of it reads and sorts all documents.
CREATE INDEX upload_by_components ON upload (org_id, components, id);
CREATE INDEX upload_by_bytes ON upload (org_id, bytes, id);
CREATE INDEX upload_by_ntia ON upload (org_id, (COALESCE(quality_ntia, -1)), id);
CREATE INDEX upload_by_bsi ON upload (org_id, (COALESCE(quality_bsi, -1)), id);
CREATE INDEX upload_by_stage ON upload (org_id, stage, received_at, id);
