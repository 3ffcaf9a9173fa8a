-- What recurs: when it is due next decides who enqueues it, so that several nodes enqueue it once. Either every so many seconds, or daily at a minute of the day (UTC).
CREATE TABLE IF NOT EXISTS schedule (
    name TEXT PRIMARY KEY,
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    lane TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority BIGINT NOT NULL,
    every_seconds BIGINT,
    daily_minute BIGINT,
    enabled BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    last_at BIGINT,
    last_job_id BIGINT
) {clustered};
CREATE INDEX IF NOT EXISTS schedule_due ON schedule (next_at);
