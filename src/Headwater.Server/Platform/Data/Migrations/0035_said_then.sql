-- What versions said for which a decision was confirmed, beside what was said when it was made: a list as JSON. A confirmation takes nothing away from what the decision holds for already.
ALTER TABLE curation ADD COLUMN confirmed TEXT;

-- Whether a text says much, and nothing in it is a licence that is known. What states nothing is read again to tell.
ALTER TABLE text_fact ADD COLUMN unrecognised BIGINT NOT NULL DEFAULT 0;
INSERT INTO text_work (sha256) SELECT f.sha256 FROM text_fact f WHERE f.left_out = 0 AND (f.effective IS NULL OR f.effective LIKE '%LicenseRef-scancode-%') ON CONFLICT (sha256) DO NOTHING;
