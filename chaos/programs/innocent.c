/*
 * A process that no host has launched: it records every signal that it gets, and goes on.
 *
 *   innocent FILE        leads a session of its own; appends "PID SIGNAL" to FILE for each signal
 *   innocent FILE PID    the same as a daemon with that pid, with a child in its group; prints both pids and exits with
 *                        0, or with 3 if the pid cannot be had. Needs root (/proc/sys/kernel/ns_last_pid).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST_PID "/proc/sys/kernel/ns_last_pid"
#define TRIES 400

static const char *file;

static void got(int signal) {
  char line[64];
  int length = snprintf(line, sizeof line, "%ld %d\n", (long)getpid(), signal);
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, line, (size_t)length) != length) _exit(125);
  close(fd);
}

static void stay(void) {
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action = {.sa_handler = got};
    sigaction(number, &action, NULL); /* not SIGKILL and SIGSTOP: those are seen from outside */
  }
  for (;;) pause();
}

static void become_daemon(long wanted) {
  if ((long)getpid() != wanted) _exit(1);
  setsid();
  int null = open("/dev/null", O_RDWR);
  pid_t child = fork();
  if (child > 0) {
    printf("%ld %ld\n", (long)getpid(), (long)child);
    fflush(stdout);
  }
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  stay();
}

/* The pid that was given last; -1: unknown. */
static long last_pid(void) {
  char text[32] = "";
  int fd = open(LAST_PID, O_RDONLY);
  if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) return -1;
  close(fd);
  return strtol(text, NULL, 10);
}

/*
 * The next process gets the pid behind this one, if it is free. It has to be set back, or all processes of the machine
 * that start from now on get pids that were just free, and whoever knows a process by its pid takes them for the old ones.
 */
static bool set_last_pid(long pid) {
  char text[32];
  int length = snprintf(text, sizeof text, "%ld", pid);
  int fd = open(LAST_PID, O_WRONLY);
  if (fd < 0) return false;
  bool is_set = write(fd, text, (size_t)length) == length;
  close(fd);
  return is_set;
}

int main(int count, char **words) {
  if (count < 2) return 64;
  file = words[1];
  if (count == 2) {
    setsid();
    stay();
  }
  long wanted = strtol(words[2], NULL, 10), before = last_pid();
  for (int tries = 0; tries < TRIES; tries++) {
    if (before < 0 || !set_last_pid(wanted - 1)) return 3;
    pid_t child = fork();
    if (child == 0) become_daemon(wanted);
    set_last_pid(before);
    if ((long)child == wanted) return 0;
    waitpid(child, NULL, 0);
  }
  return 3;
}
