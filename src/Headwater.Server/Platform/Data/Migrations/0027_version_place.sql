-- Which project a version is of, without reading the version: a list that is put in order by the name of the project asks that of all uses.
CREATE INDEX project_version_place ON project_version (id, project_id);
