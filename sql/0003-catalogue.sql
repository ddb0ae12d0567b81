-- The catalogue of ads: groups of images, the images, and what each system shows where.
--
-- Nothing here is merged; people edit it. Nothing is deleted either: a removed row stays with
-- `removed` = 1, so that a code never gets a new owner and old counts keep their name. All times UTC.

CREATE TABLE IF NOT EXISTS ad_group (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(128) NOT NULL,
  note VARCHAR(1024) NOT NULL DEFAULT '',
  removed TINYINT UNSIGNED NOT NULL DEFAULT 0,
  create_time DATETIME NOT NULL,
  update_time DATETIME NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY ad_group_name (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- An image is counted under its code: `<code>_show` and `<code>_click` in Redis, `code` in ad_ctr.
-- It may be shown while up_time <= now < down_time.

CREATE TABLE IF NOT EXISTS ad_image (
  code VARBINARY(128) NOT NULL,
  name VARCHAR(128) NOT NULL,
  url VARCHAR(2048) NOT NULL COMMENT 'where the image lies',
  link VARCHAR(2048) NOT NULL DEFAULT '' COMMENT 'where a click leads',
  note VARCHAR(1024) NOT NULL DEFAULT '',
  group_id INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'ad_group.id; 0 = none',
  weight INT UNSIGNED NOT NULL DEFAULT 1,
  device_model VARCHAR(128) NOT NULL DEFAULT '' COMMENT 'empty = every one',
  up_time DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00',
  down_time DATETIME NOT NULL DEFAULT '9999-12-31 23:59:59',
  removed TINYINT UNSIGNED NOT NULL DEFAULT 0,
  create_time DATETIME NOT NULL,
  update_time DATETIME NOT NULL,
  PRIMARY KEY (code),
  KEY ad_image_group (group_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What a system shows at a position: one row for each image, or one for a whole group. The second key
-- answers which styles name an image, or (with an empty code) a group.

CREATE TABLE IF NOT EXISTS ad_style (
  system_name VARCHAR(64) NOT NULL,
  position VARCHAR(64) NOT NULL,
  group_id INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'ad_group.id; 0 = the row names an image',
  code VARBINARY(128) NOT NULL DEFAULT '' COMMENT 'ad_image.code; empty = the row names a group',
  weight INT UNSIGNED NOT NULL DEFAULT 1,
  removed TINYINT UNSIGNED NOT NULL DEFAULT 0,
  create_time DATETIME NOT NULL,
  update_time DATETIME NOT NULL,
  PRIMARY KEY (system_name, position, group_id, code),
  KEY ad_style_code (code, group_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
