-- Names are told apart whatever their case, as directories do.
CREATE UNIQUE INDEX IF NOT EXISTS user_account_name ON user_account (org_id, LOWER(name));

-- Subject: who somebody is at the identity provider. Revision: what an ETag tells.
ALTER TABLE user_account ADD COLUMN subject TEXT;
ALTER TABLE user_account ADD COLUMN given_name TEXT;
ALTER TABLE user_account ADD COLUMN family_name TEXT;
ALTER TABLE user_account ADD COLUMN updated_at BIGINT;
ALTER TABLE user_account ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX IF NOT EXISTS user_account_subject ON user_account (org_id, subject);
CREATE UNIQUE INDEX IF NOT EXISTS user_account_uuid ON user_account (uuid);
ALTER TABLE person_group ADD COLUMN created_at BIGINT;
ALTER TABLE person_group ADD COLUMN updated_at BIGINT;
ALTER TABLE person_group ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- Refused tries are counted by the digest of what was tried, whether there is such a person or not.
ALTER TABLE user_account DROP COLUMN failures;
ALTER TABLE user_account DROP COLUMN locked_until;
CREATE TABLE IF NOT EXISTS sign_in_failure (subject TEXT PRIMARY KEY, failures BIGINT NOT NULL, since BIGINT NOT NULL) {clustered};
CREATE INDEX IF NOT EXISTS sign_in_failure_since ON sign_in_failure (since);

CREATE TABLE IF NOT EXISTS recovery_code (
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    PRIMARY KEY (person_id, digest)
) {clustered};

CREATE INDEX IF NOT EXISTS session_end ON session (expires_at);

-- How somebody came to belong to a team: manual, or group:ID when a group of the directory is linked to it.
ALTER TABLE team_member ADD COLUMN source TEXT NOT NULL DEFAULT 'manual';
