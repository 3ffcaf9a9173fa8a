-- Nothing reads these any more: usage is counted by differences, and project_by_latest begins with what project_latest was asked for.
DROP TABLE IF EXISTS usage_work;
DROP INDEX IF EXISTS project_latest;
