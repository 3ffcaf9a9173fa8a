-- What of a project has been counted for the unit it lies in, and for those above it; see usage_counted, which is the same for what it uses.
CREATE TABLE IF NOT EXISTS unit_counted (
    project_id {id},
    org_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    max_risk DOUBLE PRECISION NOT NULL,
    projects BIGINT NOT NULL,
    documented BIGINT NOT NULL,
    hit BIGINT NOT NULL,
    components BIGINT NOT NULL,
    covered BIGINT NOT NULL,
    not_covered BIGINT NOT NULL,
    no_version BIGINT NOT NULL,
    unidentified BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    vulnerable BIGINT NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unassigned BIGINT NOT NULL,
    kev BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS unit_counted_risk ON unit_counted (org_id, owner_id, max_risk);

-- What the projects of a unit and of everything below it add up to, on each day on which that changed. A day without a row was as the last one that has one.
CREATE TABLE IF NOT EXISTS unit_day (
    org_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    projects BIGINT NOT NULL,
    documented BIGINT NOT NULL,
    hit BIGINT NOT NULL,
    components BIGINT NOT NULL,
    covered BIGINT NOT NULL,
    not_covered BIGINT NOT NULL,
    no_version BIGINT NOT NULL,
    unidentified BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    vulnerable BIGINT NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unassigned BIGINT NOT NULL,
    kev BIGINT NOT NULL,
    PRIMARY KEY (org_id, owner_id, day)
) {clustered};
