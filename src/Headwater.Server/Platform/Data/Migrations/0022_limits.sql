-- What states a licence is found by the few texts that do. The texts have no bound, an entry of an index has: the beginning tells most apart.
CREATE INDEX IF NOT EXISTS component_version_licences ON component_version (SUBSTR(licences, 1, 200), id) WHERE licences <> '[]';
