/*
 * The limit of starting: calls posix_spawn as fast as it can, without a supervisor.
 *
 *   corespawn PROGRAM COUNT   prints the monotonic time in nanoseconds right before the first call, and exits; the
 *                             children live on, and report in BENCH_FIFO that they are alive
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (int fd = 0; fd < 3; fd++) posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  struct timespec begun;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  for (int left = atoi(argv[2]); left > 0; left--) {
    pid_t pid;
    char *const args[] = {argv[1], NULL};
    if (posix_spawn(&pid, argv[1], &files, NULL, args, environ) != 0) return 1;
  }
  printf("%lld%09ld\n", (long long)begun.tv_sec, begun.tv_nsec);
  return 0;
}
