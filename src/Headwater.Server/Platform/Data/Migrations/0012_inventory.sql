-- What people know about a project; null where nobody has said. The words are those of ProjectWords.
ALTER TABLE project ADD COLUMN kind TEXT;
ALTER TABLE project ADD COLUMN criticality TEXT;
ALTER TABLE project ADD COLUMN use_context TEXT;
ALTER TABLE project ADD COLUMN exposure TEXT;
ALTER TABLE project ADD COLUMN data_class TEXT;
ALTER TABLE project ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
ALTER TABLE project ADD COLUMN retired_at BIGINT;

-- A project can be part of another; a collection has no documents of its own and shows the sum of its parts.
ALTER TABLE project ADD COLUMN parent_id BIGINT REFERENCES project (id) ON DELETE SET NULL;
ALTER TABLE project ADD COLUMN collection BIGINT NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS project_parent ON project (parent_id);

-- Tags of a project as a whole; those of project_tag come with one version's documents.
CREATE TABLE IF NOT EXISTS tag_of_project (
    org_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    PRIMARY KEY (org_id, tag, project_id)
) {clustered};
CREATE INDEX IF NOT EXISTS tag_of_project_project ON tag_of_project (project_id);
