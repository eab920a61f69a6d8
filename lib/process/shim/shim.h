/*
 * coredinator-shim: one small process that is the parent of one service (docs/launch-protocol.md).
 *
 *   main.c      what the command line asks for
 *   launcher.c  reads frames, forks a shim for each
 *   frame.c     takes a frame apart
 *   launch.c    one launch: lock, claim, fork, exec, report
 *   limits.c    what the program may use
 *   watch.c     life after the launch: reap, record the exit, obey commands, end the tree
 *   tree.c      finds and signals descendants
 *   guard.c     runs a command that must not outlive its host
 *   notify.c    tells the service manager how its host is
 *   record.c    small JSON texts, written whole or not at all
 *
 * A thousand of these may live on one machine, so nothing here uses stdio or malloc: what is not touched costs nothing.
 */
#ifndef COREDINATOR_SHIM_H
#define COREDINATOR_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LAUNCH_ID_LENGTH 32

#define LIMIT_COUNT 4
#define LIMIT_AS_IT_IS (-1LL)
#define LIMIT_NONE (-2LL)

/* One frame of the launcher, taken apart. All strings point into the frame. */
struct launch {
  const char *id, *run_dir, *exits_dir, *lock_file, *stdout_file, *stderr_file, *cwd;
  int stop_signal;
  long long grace_ms;
  long long limits[LIMIT_COUNT]; /* or LIMIT_AS_IT_IS, LIMIT_NONE */
  char **argv, **envp;
};

/* What a shim keeps while its tree lives. */
struct watched {
  char id[LAUNCH_ID_LENGTH + 1];
  pid_t main;
  int exits_dir, ctl;
  int stop_signal;
  long long grace_ms;
};

/* A line of text under construction; what does not fit is cut off, which no text of this program comes near. */
struct text {
  char bytes[512];
  size_t length;
};

/* How a main process ended, in the words of the exit record; -1 is JSON's null. */
struct ending {
  pid_t pid;
  int code, signal, core, exec_errno;
  const char *step, *limit; /* what failed before the program ran; NULL: it ran, and no limit was it */
};

/* launcher.c */
int launcher(char *title);

/* guard.c: gives the exit code; `ms` is at least 1. */
int guard(long long ms, char **argv);

/* notify.c: gives the exit code. */
int notify(void);

/* frame.c */
bool begins_with_launch_id(const char *frame, size_t length);
bool parse_frame(char *frame, size_t length, struct launch *l);
void release_frame(char *frame, size_t length, const struct launch *l);

/* launch.c: never returns. `title` is the word that `ps` shows. */
_Noreturn void run_shim(char *frame, size_t length, char *title);
void report_refused(const char *id, const char *step, int error);

/* limits.c: gives the name of the one that cannot be set, with errno set, or NULL. */
const char *set_limits(const long long wanted[LIMIT_COUNT]);

/* watch.c: returns when no descendant is left. */
void watch(const struct watched *w);
long long monotonic_ms(void);
void pause_ms(int ms);

/* tree.c: signals every descendant, then `also` if it is not 0; gives the number of descendants that were found. */
int signal_descendants(int signal, int also);

/* record.c */
void add(struct text *t, const char *s);
void add_number(struct text *t, long long n);
const char *after_number(const char *s, long long *n);
void add_start_time(struct text *t, pid_t pid);
void add_boot_id(struct text *t);
ssize_t read_file(const char *path, char *into, size_t size);
int put_record(int dir, const char *name, const struct text *t, bool exclusive);
int put_exit(int exits_dir, const char *id, const struct ending *e);
void complain(const char *what, int error);

#endif
