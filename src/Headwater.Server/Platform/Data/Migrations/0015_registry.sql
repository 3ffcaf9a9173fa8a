-- Package registries that are asked about components. The secret is protected by the installation's keys; what configuration sets is not changed by hand.
CREATE TABLE IF NOT EXISTS registry (
    id {id},
    org_id BIGINT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    position BIGINT NOT NULL,
    user_name TEXT,
    secret TEXT,
    only_names TEXT NOT NULL,
    never_names TEXT NOT NULL,
    every_seconds BIGINT,
    daily_minute BIGINT,
    enabled BIGINT NOT NULL,
    configured BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    attempted_at BIGINT,
    succeeded_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    paused_until BIGINT,
    asked BIGINT NOT NULL DEFAULT 0,
    found BIGINT NOT NULL DEFAULT 0,
    job_id BIGINT,
    UNIQUE (org_id, name)
);

-- What a registry says of a component, and when it may be asked again. State: 0 nothing is known, 1 it is there, 2 no registry has it, 3 no registry may be asked about it.
CREATE TABLE IF NOT EXISTS component_release (
    org_id BIGINT NOT NULL,
    component_id BIGINT NOT NULL,
    registry_id BIGINT,
    state BIGINT NOT NULL,
    checked_at BIGINT,
    next_at BIGINT NOT NULL,
    error TEXT,
    etag TEXT,
    modified TEXT,
    latest TEXT,
    latest_at BIGINT,
    latest_pre BIGINT NOT NULL DEFAULT 0,
    deprecated TEXT,
    PRIMARY KEY (org_id, component_id)
) {clustered};
CREATE INDEX IF NOT EXISTS component_release_registry ON component_release (org_id, registry_id, state);

-- The same for component versions that are used. Withdrawn: 0 no, 1 deprecated, 2 unlisted, 3 withdrawn. Gap to the latest: 0 none, 1 patch, 2 minor, 3 major; null where it cannot be told.
CREATE TABLE IF NOT EXISTS version_release (
    org_id BIGINT NOT NULL,
    cv_id BIGINT NOT NULL,
    listed BIGINT,
    published_at BIGINT,
    withdrawn BIGINT NOT NULL DEFAULT 0,
    reason TEXT,
    gap BIGINT,
    behind_days BIGINT,
    PRIMARY KEY (org_id, cv_id)
) {clustered};
