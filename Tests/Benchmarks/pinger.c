// Another client of the same Redis: sends a PING every millisecond until it gets a SIGTERM.
//
// Then says how long the answers took, in microseconds: number of PINGs, median, 99.9th percentile,
// longest.
//
//   pinger SOCKET

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { pings_max = 1 << 22 };

static volatile sig_atomic_t is_over;
static int waited[pings_max];

static void end(int signal) { is_over = signal; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(int argument_count, char **arguments) {
  signal(SIGTERM, end);
  redisContext *redis = argument_count == 2 ? redisConnectUnix(arguments[1]) : NULL;
  if (!redis || redis->err) return 1;
  int count = 0;
  while (!is_over && count < pings_max) {
    double began = now();
    redisReply *reply = redisCommand(redis, "PING");
    if (!reply) return 1;
    freeReplyObject(reply);
    waited[count++] = now() - began;
    usleep(1000);
  }
  if (count == 0) return 1;
  qsort(waited, count, sizeof *waited, ascending);
  printf("%d %d %d %d\n", count, waited[count / 2], waited[count - 1 - count / 1000],
         waited[count - 1]);
  return 0;
}
