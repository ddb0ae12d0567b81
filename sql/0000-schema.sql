-- Which files of this folder a database has had applied.
--
-- `tally migrate` reads here what was applied, and applies what is missing, in order. A job refuses
-- to write into a database that lacks one. Written after the last statement of a file succeeded, so
-- that a migration that died half-way is run again; every statement of every file bears that.

CREATE TABLE IF NOT EXISTS tally_schema (
  version SMALLINT UNSIGNED NOT NULL,
  name VARCHAR(64) NOT NULL,
  applied_at DATETIME NOT NULL COMMENT 'UTC',
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
