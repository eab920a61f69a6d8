/*
 * A writer for bench/logs.js and bench/rows/output.js.
 *
 *   corelog burst BYTES CHUNK RESULT   lines of 100 bytes, CHUNK bytes at a time (0: a line at a time), and then into the
 *                                      file RESULT: `<nanoseconds> <nanoseconds of the longest write>`
 *   corelog stamps                     every 20 ms a line with the monotonic time in nanoseconds
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE 100

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int burst(long long bytes, size_t chunk, const char *result) {
  static char lines[1 << 16];
  size_t size = chunk ? chunk / LINE * LINE : LINE;
  if (!size || size > sizeof lines) return 2;
  memset(lines, 'x', size);
  for (size_t at = LINE - 1; at < size; at += LINE) lines[at] = '\n';
  long long begun = now(), longest = 0;
  for (long long done = 0; done < bytes; done += (long long)size) {
    long long from = now();
    for (size_t at = 0; at < size;) {
      ssize_t written = write(1, lines + at, size - at);
      if (written < 0) return 1;
      at += (size_t)written;
    }
    long long took = now() - from;
    if (took > longest) longest = took;
  }
  char text[64];
  int length = snprintf(text, sizeof text, "%lld %lld\n", now() - begun, longest);
  int fd = open(result, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  return fd < 0 || write(fd, text, (size_t)length) != length;
}

static int stamps(void) {
  for (;;) {
    char text[32];
    int length = snprintf(text, sizeof text, "%lld\n", now());
    if (write(1, text, (size_t)length) != length) return 1;
    usleep(20000);
  }
}

int main(int argc, char **argv) {
  if (argc == 5 && !strcmp(argv[1], "burst")) return burst(atoll(argv[2]), (size_t)atoll(argv[3]), argv[4]);
  if (argc == 2 && !strcmp(argv[1], "stamps")) return stamps();
  return 2;
}
