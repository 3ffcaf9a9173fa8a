-- Licences of the organisation itself, beside those of the library. The key is the identifier in small letters. Flags: the words of flags with commas between them. What is retired stays, because decisions name it.
CREATE TABLE IF NOT EXISTS own_licence (
    id {id},
    org_id BIGINT NOT NULL,
    licence_key TEXT NOT NULL,
    licence TEXT NOT NULL,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    flags TEXT NOT NULL,
    text TEXT,
    note TEXT,
    see_also TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    retired_at BIGINT,
    retired_by TEXT,
    UNIQUE (org_id, licence_key)
);
