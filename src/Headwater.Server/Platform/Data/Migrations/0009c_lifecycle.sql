-- What became of findings of component versions that had been checked before: appeared (1), retracted (2), reappeared (3), exploited (4); why: withdrawn (1), range corrected (2), record removed (3).
-- Told: owners have been told of it.
CREATE TABLE IF NOT EXISTS finding_event (
    id {id},
    cv_id BIGINT NOT NULL,
    finding TEXT NOT NULL,
    ids TEXT NOT NULL,
    summary TEXT,
    severity BIGINT NOT NULL,
    affected BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    reason BIGINT NOT NULL,
    advisory TEXT,
    modified BIGINT,
    at BIGINT NOT NULL,
    told BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS finding_event_version ON finding_event (cv_id, finding, id);
CREATE INDEX IF NOT EXISTS finding_event_finding ON finding_event (finding, id);
CREATE INDEX IF NOT EXISTS finding_event_untold ON finding_event (id) WHERE told = 0;

-- What owners are told: one for each subject and owner, however many projects it is about. An owner of NULL stands for projects that nobody owns; a person for what concerns one person.
CREATE TABLE IF NOT EXISTS notification (
    id {id},
    org_id BIGINT NOT NULL,
    owner_id BIGINT REFERENCES owner (id) ON DELETE CASCADE,
    person_id BIGINT REFERENCES user_account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    args TEXT NOT NULL,
    severity BIGINT NOT NULL,
    projects BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS notification_owner ON notification (org_id, owner_id, id);
CREATE INDEX IF NOT EXISTS notification_person ON notification (person_id, id);
CREATE INDEX IF NOT EXISTS notification_age ON notification (created_at);

-- Who has read what: several people stand behind one owner.
CREATE TABLE IF NOT EXISTS notification_read (
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    notification_id BIGINT NOT NULL REFERENCES notification (id) ON DELETE CASCADE,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, notification_id)
) {clustered};

-- Up to where a person has read everything.
CREATE TABLE IF NOT EXISTS notification_mark (
    person_id BIGINT PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
    up_to BIGINT NOT NULL
);

-- Addresses that are told as well. The secret is protected with the installation's keys.
CREATE TABLE IF NOT EXISTS webhook (
    id {id},
    org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    secret TEXT NOT NULL,
    owner_id BIGINT,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    delivered_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    UNIQUE (org_id, name)
);
