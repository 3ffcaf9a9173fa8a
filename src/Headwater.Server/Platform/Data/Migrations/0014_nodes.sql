-- What several nodes on one database share instead of a folder: documents in parts, files by name, and the keys that guard cookies and forms.
CREATE TABLE IF NOT EXISTS document_part (
    sha256 TEXT NOT NULL,
    part BIGINT NOT NULL,
    bytes {blob} NOT NULL,
    PRIMARY KEY (sha256, part)
);
CREATE TABLE IF NOT EXISTS shared_file (
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    changed_at BIGINT NOT NULL
) {clustered};
CREATE TABLE IF NOT EXISTS protection_key (
    id TEXT PRIMARY KEY,
    xml TEXT NOT NULL,
    created_at BIGINT NOT NULL
) {clustered};
