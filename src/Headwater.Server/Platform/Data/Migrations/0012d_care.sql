-- What people decided about a component, whatever its version: where it stands in its life, and who looks after it.
CREATE TABLE IF NOT EXISTS component_care (
    org_id BIGINT NOT NULL,
    component_id BIGINT NOT NULL,
    state TEXT,
    reason TEXT,
    replacement TEXT,
    deadline BIGINT,
    state_by TEXT,
    state_at BIGINT,
    plan TEXT,
    provider TEXT,
    note TEXT,
    ends_at BIGINT,
    owner_id BIGINT REFERENCES owner (id) ON DELETE SET NULL,
    person_id BIGINT REFERENCES user_account (id) ON DELETE SET NULL,
    plan_by TEXT,
    plan_at BIGINT,
    PRIMARY KEY (org_id, component_id)
) {clustered};
CREATE INDEX IF NOT EXISTS component_care_state ON component_care (org_id, state);
CREATE INDEX IF NOT EXISTS component_care_ends ON component_care (org_id, ends_at);
