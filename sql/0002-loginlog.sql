-- On which days of a month a user logged in.
--
-- Merge: bitwise OR. Bit d of `days` is day d of the month, 1 to 31; bit 0 is never set. A bit that was
-- set stays set, so writing the same days again, or older ones late, loses nothing. INT UNSIGNED and
-- not a string of bits, because MariaDB does not OR binary strings.

CREATE TABLE IF NOT EXISTS login_month (
  month DATE NOT NULL COMMENT 'its first day',
  user_type VARBINARY(32) NOT NULL,
  user_id VARBINARY(128) NOT NULL,
  days INT UNSIGNED NOT NULL COMMENT 'bit d = day d',
  synced_at DATETIME NOT NULL COMMENT 'UTC, when days last changed',
  PRIMARY KEY (month, user_type, user_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- For people: text names, and how many days.

CREATE OR REPLACE SQL SECURITY INVOKER VIEW login_month_text AS
SELECT
  login_month.month AS month,
  IF(CAST(CONVERT(login_month.user_type USING utf8mb4) AS BINARY) = login_month.user_type,
    CONVERT(login_month.user_type USING utf8mb4),
    CONVERT(CONCAT('0x', HEX(login_month.user_type)) USING utf8mb4)) COLLATE utf8mb4_bin
    AS user_type,
  IF(CAST(CONVERT(login_month.user_id USING utf8mb4) AS BINARY) = login_month.user_id,
    CONVERT(login_month.user_id USING utf8mb4),
    CONVERT(CONCAT('0x', HEX(login_month.user_id)) USING utf8mb4)) COLLATE utf8mb4_bin AS user_id,
  login_month.days AS days,
  BIT_COUNT(login_month.days) AS day_count
FROM login_month;
