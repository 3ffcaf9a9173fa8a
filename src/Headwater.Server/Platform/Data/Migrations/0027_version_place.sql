-- Which project a version is of, without reading the version: a list that is put in order by the name of the project asks that of all uses.
-- The key begins with the version, which is one in all organisations: it is looked up by nothing else, and the organisation before it would only make each entry longer.
CREATE INDEX project_version_place ON project_version (id, project_id);
