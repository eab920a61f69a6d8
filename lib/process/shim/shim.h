/*
 * coredinator-shim: one small process that is the parent of one service (docs/launch-protocol.md).
 *
 *   main.c      the command line
 *   launcher.c  reads frames, and forks a shim for each
 *   frame.c     parses a frame
 *   launch.c    one launch: lock, claim, fork, exec, report
 *   limits.c    the resource limits of the program
 *   account.c   the user and the groups of the program
 *   watch.c     life after the launch: reap, record the exit, obey commands, end the tree
 *   tree.c      finds and signals descendants
 *   guard.c     runs a command that must not outlive its host
 *   pod.c       process 1 of a container: runs one program there
 *   notify.c    reports the state of the host to the service manager
 *   record.c    small JSON texts, written atomically
 *
 * A thousand shims may run on one machine, so nothing here uses stdio or malloc: untouched memory costs nothing.
 */
#ifndef COREDINATOR_SHIM_H
#define COREDINATOR_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#define LAUNCH_ID_LENGTH 32

#define LIMIT_COUNT 4
#define LIMIT_AS_IT_IS (-1LL)
#define LIMIT_NONE (-2LL)

/* A parsed frame. All strings point into the frame. */
struct launch {
  const char *id, *run_dir, *exits_dir, *lock_file, *log_dir, *cwd;
  long long generation, max_bytes; /* of the log */
  bool is_merged;                  /* stderr goes the way of stdout */
  int stop_signal;
  long long grace_ms;
  long long limits[LIMIT_COUNT]; /* or LIMIT_AS_IT_IS, LIMIT_NONE */
  const char *account;
  char **argv, **envp;
};

/* What a shim needs while its tree is alive. */
struct watched {
  char id[LAUNCH_ID_LENGTH + 1];
  pid_t main;
  int exits_dir, ctl, alive;
  int stop_signal;
  long long grace_ms;
};

/* In the format of getdents64; glibc's readdir would use malloc. */
struct directory_entry {
  unsigned long long inode, offset;
  unsigned short size;
  unsigned char type;
  char name[];
};

/* A line of text under construction. Excess text is cut off, but no text of this program is that long. */
struct text {
  char bytes[512];
  size_t length;
};

/* How a main process ended, with the fields of the exit record; -1 is JSON's null. */
struct ending {
  pid_t pid;
  int code, signal, core, exec_errno;
  long long output; /* the end of the log when it had ended; -1: there is none */
  long long max_rss, cpu_ms; /* bytes; with the descendants that it waited for */
  const char *step, *limit; /* what failed before the program ran; NULL: it ran, and no limit was it */
};

/* Why a child could not become the program; sent through a pipe that a successful exec closes. */
struct failure {
  const char *step, *limit; /* the same addresses in parent and child; NULL: not a limit */
  int error;
};

/* One launch in a container. */
struct pod {
  const char *id, *permit_file, *end_file, *cwd; /* empty cwd: as it is */
  int stop_signal;
  long long grace_ms;
  long long limits[LIMIT_COUNT];
  char **argv;
};

/* launcher.c */
int launcher(char *title);

/* guard.c: returns the exit code; `ms` is at least 1. The command runs with the account, and with a host ends with it. */
int guard(long long ms, const char *account, bool has_host, char **argv);

/* pod.c: all return the exit code. An empty `cwd`: as it is. */
int run_pod(const struct pod *p);
int exec_in_pod(long long ms, const char *permit_file, const char *cwd, char **argv);
int signal_pod(long long signal);

/* notify.c: returns the exit code. */
int notify(void);

/* frame.c */
bool is_launch_id(const char *text);
bool begins_with_launch_id(const char *frame, size_t length);
bool parse_frame(char *frame, size_t length, struct launch *l);
void release_frame(char *frame, size_t length, const struct launch *l);

/* launch.c: never returns. `title` is the argument that `ps` shows. */
_Noreturn void run_shim(char *frame, size_t length, char *title);
void report_refused(const char *id, const char *step, int error);
void await_exec(int outcome, struct failure *failure);

/* limits.c: whether the text is a limit; the name of the limit that cannot be set, with errno set, or NULL. */
bool is_limit(const char *text, long long *limit);
const char *set_limits(const long long wanted[LIMIT_COUNT]);

/* account.c: whether the text is valid; becomes that user, or returns false with errno set. */
bool is_account(const char *account);
bool take_account(const char *account);

/* watch.c: returns once no descendant is left. */
void watch(const struct watched *w);
long long monotonic_ms(void);
void pause_ms(int ms);

/* tree.c: sends `signal`, then `also` if it is not 0, to every descendant; returns how many descendants were found. */
int signal_descendants(int signal, int also);

/* record.c */
void add(struct text *t, const char *s);
void add_number(struct text *t, long long n);
const char *after_number(const char *s, long long *n);
void add_start_time(struct text *t, pid_t pid);
void add_boot_id(struct text *t);
ssize_t read_file(const char *path, char *into, size_t size);
int put_record(int dir, const char *name, const struct text *t, bool exclusive);
struct ending ending_of(pid_t pid, int status, const struct rusage *usage);
void add_exit(struct text *t, const char *id, const struct ending *e);
int put_exit(int exits_dir, const char *id, const struct ending *e);
void complain(const char *what, int error);

#endif
