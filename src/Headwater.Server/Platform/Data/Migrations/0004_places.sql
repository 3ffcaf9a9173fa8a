-- Where in the described thing a component was found, for documents that say so: the answer to "why is it here" where no edge leads to it.
CREATE TABLE IF NOT EXISTS occurrence_place (
    org_id BIGINT NOT NULL,
    pv_id BIGINT NOT NULL,
    cv_id BIGINT NOT NULL,
    places TEXT NOT NULL,
    PRIMARY KEY (org_id, pv_id, cv_id)
) {clustered};
