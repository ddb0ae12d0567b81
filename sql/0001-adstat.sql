-- How often each image was shown and clicked, by hour.
--
-- Merge: maximum. A row holds the count of one image in one local hour, taken from one life of Redis.
-- That count never falls while Redis lives, so writing it again, late, or twice at once leaves the
-- larger number, which is the right one. When Redis starts empty it counts from zero again; its counts
-- then go under a new epoch, and the total is the sum over the epochs.
--
-- The code is bytes, kept exactly: as text, `A` and `a`, or `a` and `a ` would share a row. One unique
-- index only: with a second one, an upsert could update a row of another key.

CREATE TABLE IF NOT EXISTS ad_ctr (
  day DATE NOT NULL COMMENT 'local day',
  hour TINYINT UNSIGNED NOT NULL COMMENT '0 to 23, local',
  code VARBINARY(128) NOT NULL,
  epoch SMALLINT UNSIGNED NOT NULL COMMENT 'which life of Redis: ad_source.epoch',
  show_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  click_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (day, code, hour, epoch)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The lives of Redis. Each names itself once, at random (its lineage); the epoch is the short number
-- that stands for it in ad_ctr.
--
-- seq numbers the archives that were begun, confirmed is the last one that may have written rows.
-- Redis remembers the number too, before MySQL does: a Redis that remembers less than `confirmed` was
-- put back to a state older than an archive.

CREATE TABLE IF NOT EXISTS ad_source (
  epoch SMALLINT UNSIGNED NOT NULL,
  lineage VARBINARY(32) NOT NULL COMMENT '32 hexadecimal digits',
  seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
  confirmed BIGINT UNSIGNED NOT NULL DEFAULT 0,
  first_seen DATETIME NOT NULL COMMENT 'UTC',
  PRIMARY KEY (epoch),
  UNIQUE KEY ad_source_lineage (lineage)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- For people: text codes, summed over epochs; ctr is NULL where nothing was shown.
--
-- A code that is no valid UTF-8 is shown as its bytes, `0x61FF62`: one server makes such a text NULL,
-- the other puts `?` into it. Grouping by the bytes keeps different codes in different rows.

CREATE OR REPLACE SQL SECURITY INVOKER VIEW ad_ctr_hour AS
SELECT
  ad_ctr.day AS day,
  ad_ctr.hour AS hour,
  IF(CAST(CONVERT(ad_ctr.code USING utf8mb4) AS BINARY) = ad_ctr.code,
    CONVERT(ad_ctr.code USING utf8mb4),
    CONVERT(CONCAT('0x', HEX(ad_ctr.code)) USING utf8mb4)) COLLATE utf8mb4_bin AS code,
  SUM(ad_ctr.show_count) AS show_count,
  SUM(ad_ctr.click_count) AS click_count,
  SUM(ad_ctr.click_count) / NULLIF(SUM(ad_ctr.show_count), 0) AS ctr
FROM ad_ctr
GROUP BY ad_ctr.day, ad_ctr.hour, ad_ctr.code;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW ad_ctr_day AS
SELECT
  ad_ctr.day AS day,
  IF(CAST(CONVERT(ad_ctr.code USING utf8mb4) AS BINARY) = ad_ctr.code,
    CONVERT(ad_ctr.code USING utf8mb4),
    CONVERT(CONCAT('0x', HEX(ad_ctr.code)) USING utf8mb4)) COLLATE utf8mb4_bin AS code,
  SUM(ad_ctr.show_count) AS show_count,
  SUM(ad_ctr.click_count) AS click_count,
  SUM(ad_ctr.click_count) / NULLIF(SUM(ad_ctr.show_count), 0) AS ctr
FROM ad_ctr
GROUP BY ad_ctr.day, ad_ctr.code;
