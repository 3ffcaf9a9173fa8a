-- What licence a component version is under: declared, found and concluded, worked out once for the whole installation. A row is there as soon as it was worked out.
-- Concluded by: 0 nothing, 1 what is declared alone, 2 declared and found that agree, 3 a curation. Reason: why it is open; 0 where it is settled (see LicenceReason).
-- Terms: what searches and filters ask for, a list as JSON: the whole expression and each licence in it, of what is concluded, else declared, else as it was written.
CREATE TABLE IF NOT EXISTS component_licence (
    cv_id {id},
    declared TEXT,
    found TEXT,
    concluded TEXT,
    concluded_by BIGINT NOT NULL,
    reason BIGINT NOT NULL,
    curation TEXT,
    terms TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS component_licence_open ON component_licence (cv_id, reason) WHERE reason > 0;
CREATE INDEX IF NOT EXISTS component_licence_terms ON component_licence (SUBSTR(terms, 1, 200), cv_id) WHERE terms <> '[]';
CREATE INDEX IF NOT EXISTS component_licence_curation ON component_licence (curation) WHERE curation IS NOT NULL;

-- Texts of licences and notices, each once, packed.
CREATE TABLE IF NOT EXISTS licence_text (
    sha256 TEXT NOT NULL PRIMARY KEY,
    packed {blob} NOT NULL,
    length BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);

-- What a text states, as this library read it; effective is what is left of that when the rules about what is no licence have been applied.
CREATE TABLE IF NOT EXISTS text_fact (
    sha256 TEXT NOT NULL PRIMARY KEY,
    library TEXT NOT NULL,
    expression TEXT,
    effective TEXT,
    left_out BIGINT NOT NULL,
    matches TEXT NOT NULL,
    copyrights TEXT NOT NULL,
    remark TEXT
);

-- The passages in which texts state licences, by the hash of their words: what is said of a passage holds wherever it stands.
CREATE TABLE IF NOT EXISTS text_phrase (
    phrase TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (phrase, sha256)
) {clustered};
CREATE INDEX IF NOT EXISTS text_phrase_text ON text_phrase (sha256);

-- Which texts a component version comes with. Kind: 0 licence, 1 notice, 2 copyright, 3 other.
CREATE TABLE IF NOT EXISTS component_text (
    cv_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    kind BIGINT NOT NULL,
    source TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT,
    PRIMARY KEY (cv_id, name, sha256)
) {clustered};
CREATE INDEX IF NOT EXISTS component_text_text ON component_text (sha256, cv_id);

-- What people decided about licences. Scope: 0 a text, 1 one version, 2 a range of versions, 3 all versions, 4 whatever declares exactly this. State: 0 holds, 1 replaced, 2 withdrawn, 3 expired.
-- What was declared and found when it was made is kept with it: a version that says something else is no longer what was decided about.
CREATE TABLE IF NOT EXISTS curation (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    scope BIGINT NOT NULL,
    identity TEXT,
    version TEXT,
    range TEXT,
    sha256 TEXT,
    said TEXT,
    expression TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    evidence TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    valid_until BIGINT,
    state BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    replaced_by TEXT,
    declared_then TEXT,
    found_then TEXT,
    text_then TEXT,
    version_then TEXT,
    origin TEXT
);
CREATE INDEX IF NOT EXISTS curation_identity ON curation (org_id, identity, state);
CREATE INDEX IF NOT EXISTS curation_text ON curation (org_id, sha256, state);
CREATE INDEX IF NOT EXISTS curation_said ON curation (org_id, SUBSTR(said, 1, 200), state) WHERE said IS NOT NULL;
CREATE INDEX IF NOT EXISTS curation_until ON curation (org_id, valid_until) WHERE valid_until IS NOT NULL;

-- Passages of which somebody said that they are no licence here: of one text (between lines), or wherever the same words stand.
CREATE TABLE IF NOT EXISTS text_rule (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    sha256 TEXT,
    rule TEXT,
    start_line BIGINT,
    end_line BIGINT,
    phrase TEXT,
    expression TEXT NOT NULL,
    sample TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT
);
CREATE INDEX IF NOT EXISTS text_rule_text ON text_rule (org_id, sha256);
CREATE INDEX IF NOT EXISTS text_rule_phrase ON text_rule (org_id, phrase);

-- What is to be worked out anew.
CREATE TABLE IF NOT EXISTS licence_work (cv_id {id});
CREATE TABLE IF NOT EXISTS text_work (sha256 TEXT NOT NULL PRIMARY KEY);

-- Whoever had chosen to hear of everything hears of this too.
UPDATE news_choice SET kinds = kinds + 16 WHERE kinds = 15;
