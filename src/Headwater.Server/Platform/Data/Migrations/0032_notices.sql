-- Which alternative of a licence with OR is used: for one component (its package URL without version) or any, in the projects of a unit (0: of all).
CREATE TABLE IF NOT EXISTS licence_choice (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    owner_id BIGINT NOT NULL,
    identity TEXT NOT NULL,
    expression TEXT NOT NULL,
    chosen TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS licence_choice_owner ON licence_choice (org_id, owner_id);

-- Who found a notice fit to go out. What was signed is told by the digest of its inputs; a notice that says something else is not signed.
CREATE TABLE IF NOT EXISTS notice_sign_off (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    pv_id BIGINT NOT NULL,
    upload_token TEXT NOT NULL,
    sbom_sha256 TEXT NOT NULL,
    input_sha256 TEXT NOT NULL,
    components BIGINT NOT NULL,
    gaps BIGINT NOT NULL,
    note TEXT,
    signed_at BIGINT NOT NULL,
    signed_by TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT
);
CREATE INDEX IF NOT EXISTS notice_sign_off_version ON notice_sign_off (org_id, pv_id, signed_at);

-- What was archived for a release. It outlives its project: names are kept with it. State: queued, done or failed.
CREATE TABLE IF NOT EXISTS compliance_bundle (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    pv_id BIGINT NOT NULL,
    upload_token TEXT NOT NULL,
    project_name TEXT NOT NULL,
    project_version TEXT,
    release_name TEXT NOT NULL,
    keep_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT,
    job_id BIGINT,
    sha256 TEXT,
    bytes BIGINT,
    sbom_sha256 TEXT NOT NULL,
    input_sha256 TEXT,
    components BIGINT,
    gaps BIGINT,
    signed_by TEXT,
    signed_at BIGINT,
    made_at BIGINT
);
CREATE INDEX IF NOT EXISTS compliance_bundle_version ON compliance_bundle (org_id, pv_id, created_at);
CREATE INDEX IF NOT EXISTS compliance_bundle_made ON compliance_bundle (org_id, created_at);
CREATE INDEX IF NOT EXISTS compliance_bundle_document ON compliance_bundle (sha256) WHERE sha256 IS NOT NULL;
