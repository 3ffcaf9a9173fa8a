-- Units and teams.
CREATE TABLE IF NOT EXISTS owner (
    id {id},
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    email TEXT,
    parent_id BIGINT REFERENCES owner (id) ON DELETE SET NULL,
    UNIQUE (org_id, kind, name)
);

CREATE TABLE IF NOT EXISTS project (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT,
    owner_id BIGINT REFERENCES owner (id) ON DELETE SET NULL,
    latest_id BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, name)
);
CREATE INDEX IF NOT EXISTS project_latest ON project (org_id, latest_id);
CREATE INDEX IF NOT EXISTS project_owner ON project (org_id, owner_id);

-- The version is '' where the uploader named none, so that it is unique too.
CREATE TABLE IF NOT EXISTS project_version (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    is_latest BIGINT NOT NULL DEFAULT 0,
    active BIGINT NOT NULL DEFAULT 1,
    inactive_since BIGINT,
    parent_id BIGINT REFERENCES project_version (id) ON DELETE SET NULL,
    group_name TEXT,
    description TEXT,
    publisher TEXT,
    classifier TEXT,
    purl TEXT,
    cpe TEXT,
    swid_tag_id TEXT,
    extra TEXT,
    created_at BIGINT NOT NULL,
    last_upload_id BIGINT,
    last_upload_at BIGINT,
    last_format TEXT,
    metrics_at BIGINT,
    first_metrics_at BIGINT,
    components BIGINT NOT NULL DEFAULT 0,
    direct BIGINT NOT NULL DEFAULT 0,
    covered BIGINT NOT NULL DEFAULT 0,
    not_covered BIGINT NOT NULL DEFAULT 0,
    no_version BIGINT NOT NULL DEFAULT 0,
    unidentified BIGINT NOT NULL DEFAULT 0,
    pending BIGINT NOT NULL DEFAULT 0,
    vulnerable BIGINT NOT NULL DEFAULT 0,
    critical BIGINT NOT NULL DEFAULT 0,
    high BIGINT NOT NULL DEFAULT 0,
    medium BIGINT NOT NULL DEFAULT 0,
    low BIGINT NOT NULL DEFAULT 0,
    unassigned BIGINT NOT NULL DEFAULT 0,
    kev BIGINT NOT NULL DEFAULT 0,
    max_risk DOUBLE PRECISION NOT NULL DEFAULT 0,
    UNIQUE (org_id, project_id, version)
);
CREATE INDEX IF NOT EXISTS project_version_parent ON project_version (org_id, parent_id);
CREATE INDEX IF NOT EXISTS project_version_project ON project_version (project_id);

CREATE TABLE IF NOT EXISTS project_tag (
    org_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    version_id BIGINT NOT NULL REFERENCES project_version (id) ON DELETE CASCADE,
    PRIMARY KEY (org_id, tag, version_id)
) {clustered};
CREATE INDEX IF NOT EXISTS project_tag_version ON project_tag (version_id);

-- Interned facts: once in the whole installation, whoever uses them.
CREATE TABLE IF NOT EXISTS component (
    id {id},
    identity TEXT NOT NULL UNIQUE,
    type TEXT,
    group_name TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS component_version (
    id {id},
    component_id BIGINT NOT NULL,
    identity TEXT NOT NULL UNIQUE,
    purl TEXT,
    version TEXT,
    licences TEXT NOT NULL,
    detail TEXT,
    first_seen BIGINT NOT NULL,
    coverage BIGINT NOT NULL DEFAULT 0,
    matched_at BIGINT,
    match_key TEXT,
    critical BIGINT NOT NULL DEFAULT 0,
    high BIGINT NOT NULL DEFAULT 0,
    medium BIGINT NOT NULL DEFAULT 0,
    low BIGINT NOT NULL DEFAULT 0,
    unassigned BIGINT NOT NULL DEFAULT 0,
    cannot_tell BIGINT NOT NULL DEFAULT 0,
    kev BIGINT NOT NULL DEFAULT 0,
    max_severity BIGINT NOT NULL DEFAULT 0,
    max_risk DOUBLE PRECISION NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS component_version_component ON component_version (component_id);

CREATE TABLE IF NOT EXISTS component_hash (
    value TEXT NOT NULL,
    cv_id BIGINT NOT NULL,
    PRIMARY KEY (value, cv_id)
) {clustered};

-- Occurrences, as two narrow tables in key order. Flags: bits 0-1 scope, bit 2 direct.
CREATE TABLE IF NOT EXISTS occurrence (
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL,
    cv_id BIGINT NOT NULL,
    flags BIGINT NOT NULL,
    depth BIGINT NOT NULL,
    PRIMARY KEY (org_id, pv_id, cv_id)
) {clustered};

CREATE TABLE IF NOT EXISTS occurrence_by_component (
    org_id BIGINT NOT NULL,
    cv_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL,
    PRIMARY KEY (org_id, cv_id, pv_id)
) {clustered};

CREATE TABLE IF NOT EXISTS upload (
    id {id},
    org_id BIGINT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    pv_id BIGINT NOT NULL REFERENCES project_version (id) ON DELETE CASCADE,
    received_at BIGINT NOT NULL,
    stage TEXT,
    format TEXT NOT NULL,
    spec_version TEXT NOT NULL,
    serialization TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    components BIGINT NOT NULL,
    dependencies BIGINT NOT NULL,
    state TEXT NOT NULL,
    error TEXT,
    tool TEXT,
    uploaded_by TEXT NOT NULL,
    job_id BIGINT
);
CREATE INDEX IF NOT EXISTS upload_version ON upload (org_id, pv_id, received_at);

-- The graph of an upload, only ever read whole: adjacency by local number, and the component version behind each number.
CREATE TABLE IF NOT EXISTS upload_graph (
    upload_id {id},
    org_id BIGINT NOT NULL,
    graph {blob} NOT NULL,
    nodes {blob} NOT NULL
);
