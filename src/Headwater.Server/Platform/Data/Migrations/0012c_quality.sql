-- What the standards say of a document (see Core/Sboms/Quality), made when it is taken; null for documents taken before.
ALTER TABLE upload ADD COLUMN quality TEXT;
ALTER TABLE upload ADD COLUMN quality_ntia DOUBLE PRECISION;
ALTER TABLE upload ADD COLUMN quality_bsi DOUBLE PRECISION;
CREATE INDEX IF NOT EXISTS upload_received ON upload (org_id, received_at, id);
