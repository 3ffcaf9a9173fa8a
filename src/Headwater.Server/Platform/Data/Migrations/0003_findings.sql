-- Findings belong to the component version, not to the project: matched once, wherever it is used.
CREATE TABLE IF NOT EXISTS finding (
    cv_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    ids TEXT NOT NULL,
    affected BIGINT NOT NULL,
    summary TEXT,
    severity BIGINT NOT NULL,
    score DOUBLE PRECISION,
    vector TEXT,
    epss DOUBLE PRECISION,
    epss_percentile DOUBLE PRECISION,
    kev BIGINT NOT NULL,
    ransomware BIGINT NOT NULL,
    malicious BIGINT NOT NULL,
    risk DOUBLE PRECISION NOT NULL,
    fixed TEXT NOT NULL,
    published BIGINT,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (cv_id, id)
) {clustered};
CREATE INDEX IF NOT EXISTS finding_by_id ON finding (id, cv_id);

-- What an organisation uses in the latest version of its projects, counted when it changes so that lists need not count.
CREATE TABLE IF NOT EXISTS component_usage (
    org_id BIGINT NOT NULL,
    component_id BIGINT NOT NULL,
    projects BIGINT NOT NULL,
    versions BIGINT NOT NULL,
    vulnerable BIGINT NOT NULL,
    covered BIGINT NOT NULL,
    not_covered BIGINT NOT NULL,
    no_version BIGINT NOT NULL,
    unidentified BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unassigned BIGINT NOT NULL,
    kev BIGINT NOT NULL,
    max_risk DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (org_id, component_id)
) {clustered};
CREATE INDEX IF NOT EXISTS component_usage_risk ON component_usage (org_id, max_risk, component_id);

CREATE TABLE IF NOT EXISTS advisory_usage (
    org_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    ids TEXT NOT NULL,
    summary TEXT,
    severity BIGINT NOT NULL,
    score DOUBLE PRECISION,
    epss DOUBLE PRECISION,
    epss_percentile DOUBLE PRECISION,
    kev BIGINT NOT NULL,
    malicious BIGINT NOT NULL,
    risk DOUBLE PRECISION NOT NULL,
    published BIGINT,
    components BIGINT NOT NULL,
    projects BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
) {clustered};
CREATE INDEX IF NOT EXISTS advisory_usage_risk ON advisory_usage (org_id, risk, id);

-- Whose usage must be counted again; filled and emptied by the job that changes it.
CREATE TABLE IF NOT EXISTS usage_work (
    job_id BIGINT NOT NULL,
    cv_id BIGINT NOT NULL,
    PRIMARY KEY (job_id, cv_id)
) {clustered};

CREATE TABLE IF NOT EXISTS metrics_day (
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    components BIGINT NOT NULL,
    vulnerable BIGINT NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unassigned BIGINT NOT NULL,
    kev BIGINT NOT NULL,
    PRIMARY KEY (org_id, pv_id, day)
) {clustered};
