/* The launcher: reads frames, and forks a shim for each. Starting a service forks this process instead of the host. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FRAME (4u << 20)
#define EXIT_BAD_DATA 65
#define EXIT_NO_RESOURCES 71
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* 1: all of it; 0: end of file before the first byte; -1: end of file or an error in the middle. */
static int read_fully(int fd, void *into, size_t size) {
  for (size_t have = 0; have < size;) {
    ssize_t n = read(fd, (char *)into + have, size - have);
    if (n > 0) have += (size_t)n;
    else if (n == 0) return have ? -1 : 0;
    else if (errno == EAGAIN) poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1);
    else if (errno != EINTR) return -1;
  }
  return 1;
}

/* Descriptors that the host forgot to mark close-on-exec must not reach a service; 0, 1 and 2 exist from here on. */
static void tidy_descriptors(void) {
  int fd;
  do fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  while (fd >= 0 && fd <= 2);
  if (fd > 2) close(fd);
  if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0) return;
  for (fd = 3; fd < 4096; fd++) close(fd);
}

/* A host that does not read must not block a shim, so reports never block (see report in launch.c). */
static void unblock_reports(void) {
  struct stat out;
  if (fstat(1, &out) == 0 && (S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode)))
    fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
}

static void fork_shim(char *frame, size_t length, char *title) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before); /* so that no signal ends the shim during its setup */
  pid_t pid = fork();
  if (pid == 0) run_shim(frame, length, title);
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (pid > 0) return;
  if (begins_with_launch_id(frame, length)) report_refused(frame, "fork", error);
  else complain("cannot fork", error);
}

int launcher(char *title) {
  tidy_descriptors();
  unblock_reports();
  setsid(); /* fails if the host has done it already */
  for (int s = 1; s <= 64; s++) signal(s, SIG_DFL); /* for the programs */
  signal(SIGCHLD, SIG_IGN); /* the kernel reaps all of its children */
  /* It inherits processes that lose their shim: a host that is process 1 of a container would not reap them. */
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  signal(SIGPIPE, SIG_IGN);
  for (;;) {
    unsigned char header[4];
    int got = read_fully(0, header, sizeof header);
    if (got == 0) return 0;
    uint32_t length = (uint32_t)header[0] | (uint32_t)header[1] << 8 | (uint32_t)header[2] << 16 | (uint32_t)header[3] << 24;
    if (got > 0 && (length == 0 || length > MAX_FRAME)) {
      complain("invalid frame length (1 byte to 4 MiB are allowed); the rest of the input is ignored", 0);
      return EXIT_BAD_DATA;
    }
    char *frame = got < 0 ? NULL : mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (frame == MAP_FAILED) {
      complain("cannot allocate memory for a frame", errno);
      return EXIT_NO_RESOURCES;
    }
    if (got < 0 || read_fully(0, frame, length) <= 0) {
      complain("the input ended within a frame; that frame was ignored", 0);
      return EXIT_BAD_DATA;
    }
    fork_shim(frame, length, title);
    munmap(frame, length);
  }
}
