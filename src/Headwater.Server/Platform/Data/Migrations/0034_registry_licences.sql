-- What registries say of the licence of component versions in use, as they write it: a list as JSON, [] where they say that there is none. Where no document declares anything, the same stands in
-- component_version.licences, and declared_by is 1: whatever counts what is declared counts it.
CREATE TABLE IF NOT EXISTS registry_licence (
    cv_id {id},
    registry_id BIGINT NOT NULL,
    registry TEXT NOT NULL,
    said TEXT NOT NULL,
    asked_at BIGINT NOT NULL
);
ALTER TABLE component_version ADD COLUMN declared_by BIGINT NOT NULL DEFAULT 0;

-- In canonical form, where a document declares something else.
ALTER TABLE component_licence ADD COLUMN registry TEXT;

-- What was answered before did not take licences along, so the next questions are not for news only.
UPDATE component_release SET etag = NULL, modified = NULL;
