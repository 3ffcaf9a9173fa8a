-- Words in braces are the engine's own: a numeric primary key, bytes, a table stored in key order, full text.
CREATE TABLE IF NOT EXISTS organisation (id {id}, name TEXT NOT NULL);
INSERT INTO organisation (id, name) VALUES (1, 'Home') ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS id_counter (name TEXT PRIMARY KEY, next BIGINT NOT NULL) {clustered};

CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) {clustered};

CREATE TABLE IF NOT EXISTS user_account (
    id {id},
    org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    permissions BIGINT NOT NULL,
    must_change BIGINT NOT NULL,
    stamp TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT,
    UNIQUE (org_id, name)
);

CREATE TABLE IF NOT EXISTS api_key (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL,
    public_id TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    comment TEXT NOT NULL,
    permissions BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_used_at BIGINT
);

CREATE TABLE IF NOT EXISTS job (
    id {id},
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    lane TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    progress DOUBLE PRECISION NOT NULL,
    progress_text TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    last_error TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS job_pending ON job (kind, key) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS job_next ON job (priority DESC, run_at, id) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS job_running ON job (lane) WHERE state = 'running';
CREATE INDEX IF NOT EXISTS job_finished ON job (finished_at) WHERE state = 'done';

CREATE TABLE IF NOT EXISTS audit (
    id {id},
    org_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT,
    before_digest TEXT,
    after_digest TEXT,
    hash TEXT NOT NULL
);

{search}
