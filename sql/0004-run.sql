-- What each run did: one row a run, best effort, never needed for correctness.
--
-- Rows are only appended; delete old ones as you like. Dry runs write nothing, so they leave no row.

CREATE TABLE IF NOT EXISTS tally_run (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  job VARCHAR(64) NOT NULL COMMENT 'such as adstat archive-day',
  started_at DATETIME NOT NULL COMMENT 'UTC',
  finished_at DATETIME NOT NULL COMMENT 'UTC',
  seconds DECIMAL(12,3) NOT NULL,
  host VARCHAR(255) NOT NULL,
  version VARCHAR(64) NOT NULL,
  exit_code TINYINT UNSIGNED NOT NULL,
  found BIGINT UNSIGNED NOT NULL,
  changed BIGINT UNSIGNED NOT NULL,
  unchanged BIGINT UNSIGNED NOT NULL,
  forgotten BIGINT UNSIGNED NOT NULL,
  rejected BIGINT UNSIGNED NOT NULL,
  message VARCHAR(1024) NOT NULL COMMENT 'why it failed; empty where it did not',
  PRIMARY KEY (id),
  KEY tally_run_job (job, finished_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
