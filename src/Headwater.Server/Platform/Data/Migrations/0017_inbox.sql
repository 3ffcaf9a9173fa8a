-- What is told to several owners at once is one piece of news: whoever sees many of them reads one line. Its id is that of its first notification.
CREATE TABLE IF NOT EXISTS news (
    id {id},
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS news_age ON news (created_at);
ALTER TABLE notification ADD COLUMN news_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notification ADD COLUMN count BIGINT NOT NULL DEFAULT 1;
ALTER TABLE notification ADD COLUMN reason BIGINT NOT NULL DEFAULT 0;
INSERT INTO news (id, org_id, kind, subject, created_at) SELECT MIN(id), org_id, kind, subject, created_at FROM notification GROUP BY org_id, kind, subject, created_at;
UPDATE notification SET news_id = w.id FROM news w WHERE w.org_id = notification.org_id AND w.kind = notification.kind AND w.subject = notification.subject AND w.created_at = notification.created_at;
CREATE INDEX IF NOT EXISTS notification_news ON notification (news_id, owner_id);

-- What a person has read is news: a mark on any part of it is a mark on the whole.
CREATE TABLE IF NOT EXISTS news_read (
    person_id BIGINT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    news_id BIGINT NOT NULL REFERENCES news (id) ON DELETE CASCADE,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, news_id)
) {clustered};
CREATE INDEX IF NOT EXISTS news_read_news ON news_read (news_id);
INSERT INTO news_read (person_id, news_id, read_at) SELECT r.person_id, n.news_id, MAX(r.read_at) FROM notification_read r JOIN notification n ON n.id = r.notification_id GROUP BY r.person_id, n.news_id;
DROP TABLE notification_read;

-- What a person wants to hear of. Scope: what is owned by the own teams (1), by a unit and what is below it (2), everything visible (3). Kinds: appeared (1), retracted (2), exploited (4), added up.
CREATE TABLE IF NOT EXISTS news_choice (
    person_id BIGINT PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
    scope BIGINT NOT NULL,
    unit_id BIGINT REFERENCES owner (id) ON DELETE SET NULL,
    severity BIGINT NOT NULL,
    kinds BIGINT NOT NULL
);

-- Every delivery to a webhook: what it was to say (notifications of a range, or a test), and how it went: waiting, delivered, dead.
CREATE TABLE IF NOT EXISTS webhook_delivery (
    id {id},
    webhook_id BIGINT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    events BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    status BIGINT,
    error TEXT,
    milliseconds BIGINT,
    created_at BIGINT NOT NULL,
    attempted_at BIGINT
);
CREATE INDEX IF NOT EXISTS webhook_delivery_hook ON webhook_delivery (webhook_id, id);
CREATE INDEX IF NOT EXISTS webhook_delivery_age ON webhook_delivery (created_at);
