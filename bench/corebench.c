/* The child of bench/start.js: first reads the monotonic time, then writes `<ns> <pid> <service id or ->` and waits. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const char *fifo = getenv("BENCH_FIFO");
  const char *service = getenv("COREDINATOR_SERVICE_ID");
  int fd = fifo ? open(fifo, O_WRONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 1;
  char line[256];
  int length = snprintf(line, sizeof line, "%lld%09ld %ld %s\n", (long long)now.tv_sec, now.tv_nsec, (long)getpid(),
                        service ? service : "-");
  if (write(fd, line, (size_t)length) != length) return 1;
  close(fd);
  for (;;) pause();
}
