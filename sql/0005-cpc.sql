-- How many different people, by sketches: one row a sketch and day.
--
-- Merge: union. What an item set in a sketch stays set, so merging the same sketch again, or an older
-- one late, changes nothing. Sketches of another kind, lg_k or seed cannot be merged without loss and
-- have rows of their own. Weeks and months are unions of days; estimates cannot be added up.
--
-- `sketch` is, for kind cpc, the image of Apache DataSketches (CPC); for kind hll, the value of a
-- HyperLogLog key of Redis, in its shortest form. `estimate` and its bounds (95 of 100) are for people:
-- they follow from `sketch`.

CREATE TABLE IF NOT EXISTS cpc_day (
  day DATE NOT NULL,
  kind ENUM('cpc','hll') NOT NULL COMMENT 'hll: the HyperLogLog of an image',
  name VARBINARY(128) NOT NULL COMMENT 'for kind hll the code',
  lg_k TINYINT UNSIGNED NOT NULL COMMENT 'for kind hll 14',
  seed BIGINT UNSIGNED NOT NULL COMMENT 'of the hash',
  sketch MEDIUMBLOB NOT NULL,
  estimate DOUBLE NOT NULL,
  lower_bound DOUBLE NOT NULL,
  upper_bound DOUBLE NOT NULL,
  PRIMARY KEY (day, kind, name, lg_k, seed),
  KEY cpc_day_name (kind, name, day)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- For people: text names, rounded numbers.

CREATE OR REPLACE SQL SECURITY INVOKER VIEW cpc_day_text AS
SELECT
  cpc_day.day AS day,
  cpc_day.kind AS kind,
  IF(CAST(CONVERT(cpc_day.name USING utf8mb4) AS BINARY) = cpc_day.name,
    CONVERT(cpc_day.name USING utf8mb4),
    CONVERT(CONCAT('0x', HEX(cpc_day.name)) USING utf8mb4)) COLLATE utf8mb4_bin AS name,
  cpc_day.lg_k AS lg_k,
  ROUND(cpc_day.estimate) AS estimate,
  ROUND(cpc_day.lower_bound) AS lower_bound,
  ROUND(cpc_day.upper_bound) AS upper_bound,
  LENGTH(cpc_day.sketch) AS byte_count
FROM cpc_day;
