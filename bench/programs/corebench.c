/*
 * The child of the benchmarks: first reads the monotonic time, then reports `<ns> <pid> <service id or -> alive` in
 * BENCH_FIFO and waits. On SIGTERM it reports `<ns> <pid> <service id or -> asked` and exits with 0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Flags beyond O_WRONLY: O_NONBLOCK fails at once if nobody reads any longer. */
static int report(struct timespec at, const char *what, int flags) {
  const char *fifo = getenv("BENCH_FIFO");
  const char *service = getenv("COREDINATOR_SERVICE_ID");
  int fd = fifo ? open(fifo, O_WRONLY | O_CLOEXEC | flags) : -1;
  if (fd < 0) return 1;
  char line[256];
  int length = snprintf(line, sizeof line, "%lld%09ld %ld %s %s\n", (long long)at.tv_sec, at.tv_nsec, (long)getpid(),
                        service ? service : "-", what);
  if (fcntl(fd, F_SETFL, 0) != 0 || write(fd, line, (size_t)length) != length) return 1;
  close(fd);
  return 0;
}

int main(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  sigset_t asked;
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  sigprocmask(SIG_BLOCK, &asked, NULL);
  if (report(now, "alive", 0)) return 1;
  int signal;
  while (sigwait(&asked, &signal) != 0) continue;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return report(now, "asked", O_NONBLOCK);
}
