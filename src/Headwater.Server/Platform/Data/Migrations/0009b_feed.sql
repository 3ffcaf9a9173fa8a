-- Where advisory data comes from, how it went last, and which files under the data folder hold what came.
CREATE TABLE IF NOT EXISTS feed (
    id {id},
    org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind BIGINT NOT NULL,
    source TEXT NOT NULL,
    ecosystems TEXT NOT NULL,
    every_seconds BIGINT,
    daily_minute BIGINT,
    enabled BIGINT NOT NULL,
    stale_hours BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    attempted_at BIGINT,
    succeeded_at BIGINT,
    changed_at BIGINT,
    full_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    note TEXT,
    records BIGINT NOT NULL DEFAULT 0,
    newest BIGINT,
    files TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL DEFAULT '{}',
    job_id BIGINT,
    UNIQUE (org_id, name)
);

-- Records that a refresh found changed: what a delta matches again, and the history of an advisory.
CREATE TABLE IF NOT EXISTS feed_change (
    id {id},
    feed_id BIGINT NOT NULL,
    advisory TEXT NOT NULL,
    kind BIGINT NOT NULL,
    modified BIGINT,
    at BIGINT NOT NULL,
    aliases TEXT NOT NULL,
    names TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS feed_change_advisory ON feed_change (advisory);

-- The names under which a component version is looked up, coarsely: from a changed record to the component versions that it may touch.
CREATE TABLE IF NOT EXISTS component_name (
    name TEXT NOT NULL,
    cv_id BIGINT NOT NULL,
    PRIMARY KEY (name, cv_id)
) {clustered};
