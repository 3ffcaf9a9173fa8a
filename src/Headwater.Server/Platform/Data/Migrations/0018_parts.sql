-- How often what is counted has changed: what a node has worked out for a part of the portfolio is good for as long as these are the same.
CREATE TABLE IF NOT EXISTS usage_generation (
    org_id BIGINT NOT NULL PRIMARY KEY,
    -- Which project lies in which unit.
    places BIGINT NOT NULL,
    -- What projects use, and what is known of that.
    content BIGINT NOT NULL
);
INSERT INTO usage_generation (org_id, places, content) VALUES (1, 1, 1) ON CONFLICT (org_id) DO NOTHING;
