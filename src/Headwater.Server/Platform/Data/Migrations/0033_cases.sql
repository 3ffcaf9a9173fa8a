-- Licence incidents and enquiries. A case keeps what was received as it came; what was done about it are its events.
CREATE TABLE licence_case (
    id {id},
    org_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    about TEXT,
    licence TEXT,
    channel TEXT NOT NULL,
    sender TEXT,
    contact TEXT,
    received_at BIGINT NOT NULL,
    acknowledge_by BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    remedy_by BIGINT NOT NULL,
    acknowledged_at BIGINT,
    decided_at BIGINT,
    closed_at BIGINT,
    outcome TEXT,
    lessons TEXT,
    handler_id BIGINT,
    created_by TEXT NOT NULL,
    told BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX licence_case_number ON licence_case (org_id, number);
CREATE INDEX licence_case_received ON licence_case (org_id, received_at, id);

CREATE TABLE case_event (
    id {id},
    org_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    act TEXT NOT NULL,
    by_name TEXT NOT NULL,
    text TEXT
);
CREATE INDEX case_event_case ON case_event (case_id, id);

-- How cases are taken in; no row says that everything is as it comes.
CREATE TABLE case_setting (
    org_id BIGINT PRIMARY KEY,
    form_on BIGINT NOT NULL,
    intro TEXT,
    contact TEXT,
    acknowledge_hours BIGINT NOT NULL,
    answer_days BIGINT NOT NULL,
    remedy_days BIGINT NOT NULL
);
