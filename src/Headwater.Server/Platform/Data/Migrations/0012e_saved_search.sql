-- Searches that people keep: an address of a page of ours with its filter. Shared ones show to everybody; what is seen there is each one's own sight.
CREATE TABLE IF NOT EXISTS saved_search (
    id {id},
    org_id BIGINT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    shared BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, person, name)
);
