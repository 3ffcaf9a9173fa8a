-- What has been said of the end of a support plan: 30 and 7 days before, and (0) when it has passed. Another end begins anew.
CREATE TABLE IF NOT EXISTS care_reminder (
    org_id BIGINT NOT NULL,
    component_id BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, component_id, ends_at, stage)
) {clustered};
