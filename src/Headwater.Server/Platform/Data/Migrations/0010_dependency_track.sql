-- What people decided about findings. A decision belongs to the identities it is about (a component or one version of it, a vulnerability, a project or
-- one version of it) and to no row that an upload replaces. Empty (null) means all: every version of the component, every project, every version of the project.
CREATE TABLE IF NOT EXISTS analysis (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    vulnerability TEXT NOT NULL,
    component_id BIGINT NOT NULL,
    cv_id BIGINT,
    project_id BIGINT REFERENCES project (id) ON DELETE CASCADE,
    pv_id BIGINT REFERENCES project_version (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    justification TEXT,
    response TEXT,
    details TEXT,
    suppressed BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS analysis_subject ON analysis (org_id, vulnerability, component_id, COALESCE(cv_id, 0), COALESCE(project_id, 0), COALESCE(pv_id, 0));
CREATE INDEX IF NOT EXISTS analysis_version ON analysis (pv_id);
CREATE INDEX IF NOT EXISTS analysis_project ON analysis (project_id);
CREATE INDEX IF NOT EXISTS analysis_component ON analysis (component_id);
CREATE INDEX IF NOT EXISTS analysis_changed ON analysis (org_id, changed_at, id);

-- Comments and changes, oldest first; snapshot: the decision as it was, for a change that can be taken back.
CREATE TABLE IF NOT EXISTS analysis_act (
    id {id},
    analysis_id BIGINT NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    text TEXT NOT NULL,
    snapshot TEXT
);
CREATE INDEX IF NOT EXISTS analysis_act_analysis ON analysis_act (analysis_id, id);

-- Which decision holds for a finding in a project version: the most particular one. Made anew whenever the numbers of the version are.
CREATE TABLE IF NOT EXISTS finding_decision (
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL REFERENCES project_version (id) ON DELETE CASCADE,
    cv_id BIGINT NOT NULL,
    finding_id TEXT NOT NULL,
    analysis_id BIGINT NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
    settled BIGINT NOT NULL,
    suppressed BIGINT NOT NULL,
    audited BIGINT NOT NULL,
    PRIMARY KEY (org_id, pv_id, cv_id, finding_id)
) {clustered};
CREATE INDEX IF NOT EXISTS finding_decision_analysis ON finding_decision (analysis_id);
CREATE INDEX IF NOT EXISTS finding_decision_version ON finding_decision (pv_id);

-- Numbers of a version: the severities count what is open; what was suppressed, or settled without that, is counted apart.
ALTER TABLE project_version ADD COLUMN suppressed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project_version ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project_version ADD COLUMN audited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE metrics_day ADD COLUMN suppressed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE metrics_day ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE metrics_day ADD COLUMN audited BIGINT NOT NULL DEFAULT 0;
