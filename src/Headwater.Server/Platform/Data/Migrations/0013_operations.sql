-- The audit log is looked at by actor, by act and by subject as well as by time; each way of looking is in the order of the records.
CREATE INDEX IF NOT EXISTS audit_actor ON audit (org_id, actor, id);
CREATE INDEX IF NOT EXISTS audit_act ON audit (org_id, act, id);
CREATE INDEX IF NOT EXISTS audit_subject ON audit (org_id, subject, id);
CREATE INDEX IF NOT EXISTS audit_at ON audit (org_id, at, id);
