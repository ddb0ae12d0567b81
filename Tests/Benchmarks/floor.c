// The floor: reads from Redis what a job would read, in the quickest plain way, into a file of
// tab-separated values sorted by primary key, which LOAD DATA then puts into the table.
//
//   floor bitmaps SOCKET YYYY-MM FILE        month, type, id, days
//   floor hashes SOCKET YYYY-MM-DD FILE      code, hour, shows, clicks
//
// It checks nothing and expects what fill.py made.

#include <hiredis/hiredis.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { page_size = 1000 };

static redisContext *redis;

static void fail(const char *what) {
  fprintf(stderr, "floor: %s\n", what);
  exit(1);
}

static redisReply *next_reply(void) {
  redisReply *reply;
  if (redisGetReply(redis, (void **)&reply) != REDIS_OK) fail(redis->errstr);
  if (reply->type == REDIS_REPLY_ERROR) fail(reply->str);
  return reply;
}

// Hands over all keys that match, page by page.
static void scan(const char *pattern, void (*page)(size_t count, redisReply **keys)) {
  char cursor[24] = "0";
  do {
    redisAppendCommand(redis, "SCAN %s MATCH %s COUNT %d", cursor, pattern, page_size);
    redisReply *reply = next_reply();
    snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
    if (reply->element[1]->elements > 0) {
      page(reply->element[1]->elements, reply->element[1]->element);
    }
    freeReplyObject(reply);
  } while (strcmp(cursor, "0") != 0);
}

// One key read: what is sorted by, and its days.
struct row {
  char *text;
  uint32_t days;
};

static struct row *rows;
static size_t row_count, row_capacity;

static void add_row(const char *text, size_t length, uint32_t days) {
  if (row_count == row_capacity) {
    row_capacity = row_capacity ? 2 * row_capacity : 1 << 16;
    rows = realloc(rows, row_capacity * sizeof *rows);
  }
  rows[row_count++] = (struct row){strndup(text, length), days};
}

static int by_text(const void *a, const void *b) {
  return strcmp(((const struct row *)a)->text, ((const struct row *)b)->text);
}

// -------------------------------------------------------------------------------------- bitmaps

static size_t family_length;

static uint32_t days_of(const redisReply *bitmap) {
  uint32_t days = 0;
  for (size_t day = 1; day < 32 && day / 8 < bitmap->len; day++) {
    if (bitmap->str[day / 8] & 0x80 >> day % 8) days |= 1u << day;
  }
  return days;
}

static void read_bitmaps(size_t count, redisReply **keys) {
  const char *words[1 + count];
  size_t lengths[1 + count];
  words[0] = "MGET";
  lengths[0] = 4;
  for (size_t i = 0; i < count; i++) {
    words[1 + i] = keys[i]->str;
    lengths[1 + i] = keys[i]->len;
  }
  redisAppendCommandArgv(redis, 1 + count, words, lengths);
  redisReply *values = next_reply();
  for (size_t i = 0; i < count; i++) {
    add_row(
        keys[i]->str + family_length, keys[i]->len - family_length, days_of(values->element[i]));
  }
  freeReplyObject(values);
}

static void write_bitmaps(const char *month, FILE *file) {
  char pattern[64];
  family_length = snprintf(pattern, sizeof pattern, "loginLog_%s_*", month) - 1;
  scan(pattern, read_bitmaps);
  qsort(rows, row_count, sizeof *rows, by_text);
  for (size_t i = 0; i < row_count; i++) {
    *strchr(rows[i].text, '_') = '\t';
    fprintf(file, "%s-01\t%s\t%u\n", month, rows[i].text, rows[i].days);
  }
}

// ----------------------------------------------------------------------------------- day hashes

static size_t suffix_length;

static void read_codes(size_t count, redisReply **keys) {
  for (size_t i = 0; i < count; i++) add_row(keys[i]->str, keys[i]->len - suffix_length, 0);
}

static void read_hash(long long counts[24], int *hours) {
  redisReply *hash = next_reply();
  for (size_t i = 0; i + 1 < hash->elements; i += 2) {
    if (hash->element[i]->str[0] == 'l') continue;
    int hour = atoi(hash->element[i]->str);
    counts[hour] = atoll(hash->element[i + 1]->str);
    *hours |= 1 << hour;
  }
  freeReplyObject(hash);
}

static void write_hashes(const char *day, FILE *file) {
  char pattern[64];
  suffix_length = snprintf(pattern, sizeof pattern, "*_day_show_%s", day) - 1;
  scan(pattern, read_codes);
  qsort(rows, row_count, sizeof *rows, by_text);
  for (size_t start = 0; start < row_count; start += page_size) {
    size_t end = start + page_size < row_count ? start + page_size : row_count;
    for (size_t i = start; i < end; i++) {
      redisAppendCommand(redis, "HGETALL %s_day_show_%s", rows[i].text, day);
      redisAppendCommand(redis, "HGETALL %s_day_click_%s", rows[i].text, day);
    }
    for (size_t i = start; i < end; i++) {
      long long shows[24] = {0}, clicks[24] = {0};
      int hours = 0;
      read_hash(shows, &hours);
      read_hash(clicks, &hours);
      for (int hour = 0; hour < 24; hour++) {
        if (!(hours & 1 << hour)) continue;
        fprintf(file, "%s\t%d\t%lld\t%lld\n", rows[i].text, hour, shows[hour], clicks[hour]);
      }
    }
  }
}

int main(int count, char **words) {
  if (count != 5) fail("usage: floor bitmaps|hashes SOCKET MONTH|DAY FILE");
  redis = redisConnectUnix(words[2]);
  if (!redis || redis->err) fail("cannot connect");
  FILE *file = fopen(words[4], "w");
  if (!file) fail("cannot open the file");
  if (strcmp(words[1], "bitmaps") == 0) {
    write_bitmaps(words[3], file);
  } else {
    write_hashes(words[3], file);
  }
  return fclose(file) == 0 ? 0 : 1;
}
