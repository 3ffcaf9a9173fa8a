-- People: who they are, what they may do and where, how they signed in. A person may have no password (single sign-on, or never signs in at all).
ALTER TABLE user_account ADD COLUMN uuid TEXT;
ALTER TABLE user_account ADD COLUMN title TEXT;
ALTER TABLE user_account ADD COLUMN email TEXT;
ALTER TABLE user_account ADD COLUMN active BIGINT NOT NULL DEFAULT 1;
ALTER TABLE user_account ADD COLUMN left_at BIGINT;
ALTER TABLE user_account ADD COLUMN source TEXT NOT NULL DEFAULT 'local';
ALTER TABLE user_account ADD COLUMN external_id TEXT;
ALTER TABLE user_account ADD COLUMN totp_secret TEXT;
ALTER TABLE user_account ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN locked_until BIGINT;
CREATE UNIQUE INDEX IF NOT EXISTS user_account_external ON user_account (org_id, source, external_id);

-- A role in a unit and below; unit 0 is the whole organisation. Source: manual, or group:NAME when a group of the identity provider gave it.
CREATE TABLE IF NOT EXISTS role_grant (
    org_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    unit_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (org_id, person_id, role, unit_id, source)
) {clustered};

-- Where somebody is signed in. The key is the digest of what the cookie carries.
CREATE TABLE IF NOT EXISTS session (
    digest TEXT PRIMARY KEY,
    org_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    how TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT,
    agent TEXT
) {clustered};
CREATE INDEX IF NOT EXISTS session_person ON session (person_id);

-- Groups of the directory, and the roles that belonging to one gives.
CREATE TABLE IF NOT EXISTS person_group (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT,
    team_id BIGINT REFERENCES owner (id) ON DELETE SET NULL,
    UNIQUE (org_id, source, name)
);
CREATE TABLE IF NOT EXISTS person_group_member (
    group_id BIGINT NOT NULL REFERENCES person_group (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, person_id)
) {clustered};
CREATE INDEX IF NOT EXISTS person_group_member_person ON person_group_member (person_id);
CREATE TABLE IF NOT EXISTS group_role (
    org_id BIGINT NOT NULL,
    group_name TEXT NOT NULL,
    role TEXT NOT NULL,
    unit_id BIGINT NOT NULL,
    PRIMARY KEY (org_id, group_name, role, unit_id)
) {clustered};

-- Units and teams: the level (an index into the configured names), and who belongs.
ALTER TABLE owner ADD COLUMN uuid TEXT;
ALTER TABLE owner ADD COLUMN level BIGINT NOT NULL DEFAULT 0;
ALTER TABLE owner ADD COLUMN external_id TEXT;
CREATE TABLE IF NOT EXISTS team_member (
    owner_id BIGINT NOT NULL REFERENCES owner (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    PRIMARY KEY (owner_id, person_id)
) {clustered};
CREATE INDEX IF NOT EXISTS team_member_person ON team_member (person_id);
CREATE TABLE IF NOT EXISTS project_person (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    PRIMARY KEY (project_id, person_id, part)
) {clustered};
CREATE INDEX IF NOT EXISTS project_person_person ON project_person (person_id);

-- Keys that see a part only, or end on a day.
ALTER TABLE api_key ADD COLUMN unit_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN expires_at BIGINT;
ALTER TABLE api_key ADD COLUMN person_id BIGINT;
