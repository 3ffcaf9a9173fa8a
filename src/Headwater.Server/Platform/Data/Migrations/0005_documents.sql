-- Which uploads name a document.
CREATE INDEX IF NOT EXISTS upload_document ON upload (sha256);
