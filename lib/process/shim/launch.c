/* One launch, from frame to running program: lock, claim, fork, exec, report. */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK_PATIENCE_MS 2000
#define REPORT_PATIENCE_MS 1000
#define OOM_FILE "/proc/self/oom_score_adj"

/* One write of at most 512 bytes is atomic on a pipe. If there is no reader, the files say the same. */
static void report(const struct text *t) {
  long long until = monotonic_ms() + REPORT_PATIENCE_MS;
  while (write(1, t->bytes, t->length) < 0) {
    long long left = until - monotonic_ms();
    if ((errno != EAGAIN && errno != EINTR) || left <= 0) return;
    poll(&(struct pollfd){.fd = 1, .events = POLLOUT}, 1, (int)left);
  }
}

static void begin_report(struct text *t, const char *id, const char *event) {
  t->length = 0;
  add(t, "{\"launch\":\"");
  add(t, id);
  add(t, "\",\"event\":\"");
  add(t, event);
}

static void report_failure(const char *id, const struct failure *f) {
  struct text t;
  begin_report(&t, id, "refused\",\"step\":\"");
  add(&t, f->step);
  if (f->limit) add(&t, "\",\"limit\":\""), add(&t, f->limit);
  add(&t, "\",\"errno\":");
  add_number(&t, f->error);
  add(&t, "}\n");
  report(&t);
}

void report_refused(const char *id, const char *step, int error) {
  report_failure(id, &(struct failure){step, NULL, error});
}

static _Noreturn void refuse(const struct launch *l, const char *step, int error) {
  report_refused(l->id, step, error);
  _exit(0);
}

/* ---- before the fork ---- */

/* A predecessor that is just exiting holds the lock briefly. The file is never deleted, so no deleted inode is locked. */
static void take_lock(const struct launch *l) {
  int fd = open(l->lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) refuse(l, "lock", errno);
  long long until = monotonic_ms() + LOCK_PATIENCE_MS;
  while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || monotonic_ms() >= until) refuse(l, "lock", errno);
    pause_ms(5);
  }
}

/* Opened for reading and writing: this never blocks, and the pipe has a writer exactly as long as this shim is alive. */
static int hold_fifo(const struct launch *l, int run_dir, const char *name) {
  if (mkfifoat(run_dir, name, 0600) < 0 && errno != EEXIST) refuse(l, "dir", errno);
  int fd = openat(run_dir, name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) refuse(l, "dir", errno);
  (void)!fcntl(fd, F_SETPIPE_SZ, 4096); /* enough, and it leaves the kernel's budget for pipes of this user to the output */
  return fd;
}

static int open_dir(const struct launch *l, const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) refuse(l, "dir", errno);
  return fd;
}

static void open_log(const struct launch *l, int run_dir) {
  int error = open_output(run_dir, l->log_dir, l->generation, l->max_bytes);
  if (error) refuse(l, "log", error);
}

/* From here on the launch happens; the link fails if a host revoked it first. */
static void link_claim(const struct launch *l, int run_dir) {
  struct text t = {.length = 0};
  add(&t, "{\"protocol\":2,\"launch\":\"");
  add(&t, l->id);
  add(&t, "\",\"owner\":\"shim\",\"shim\":\"native\",\"pid\":");
  add_number(&t, getpid());
  add(&t, ",\"start\":\"");
  add_start_time(&t, getpid());
  add(&t, "\",\"boot\":\"");
  add_boot_id(&t);
  add(&t, "\",\"output_buffer\":");
  add_number(&t, output_buffer(l->is_merged));
  add(&t, "}\n");
  int error = put_record(run_dir, "claim", &t, true);
  if (error) refuse(l, "claim", error);
}

/* ---- the child ---- */

static int put_pid(const struct launch *l, int run_dir) {
  struct text t = {.length = 0};
  add(&t, "{\"launch\":\"");
  add(&t, l->id);
  add(&t, "\",\"pid\":");
  add_number(&t, getpid());
  add(&t, ",\"start\":\"");
  add_start_time(&t, getpid());
  add(&t, "\"}\n");
  return put_record(run_dir, "pid", &t, false);
}

static void reset_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL); /* the launcher has set all others */
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool log_to(int run_dir, int stream) {
  int fd = open_output_end(run_dir, stream);
  return fd >= 0 && dup2(fd, 1 + stream) >= 0;
}

/* Merged: one pipe for both, so that their order is that in which they were written. */
static bool open_logs(const struct launch *l, int run_dir) {
  return log_to(run_dir, 0) && (l->is_merged ? dup2(1, 2) >= 0 : log_to(run_dir, 1));
}

/* Returns the step that failed, with errno set, and the limit if it was one; does not return if the program runs. */
static const char *become_program(const struct launch *l, int run_dir, const char **limit) {
  setsid();
  errno = put_pid(l, run_dir);
  if (errno) return "dir";
  if (!open_logs(l, run_dir)) return "log";
  if ((*limit = set_limits(l->limits))) return "limits";
  if (!take_account(l->account)) return "user";
  if (chdir(l->cwd) < 0) return "cwd"; /* as the user, who alone may have access to it (NFS) */
  reset_signals();
  execve(l->argv[0], l->argv, l->envp);
  return "exec";
}

/* ---- the shim ---- */

/* After the fork, so the service keeps its score. Needs privilege; without it the shim is just too small to be chosen. */
static void escape_oom_killer(void) {
  int fd = open(OOM_FILE, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!write(fd, "-1000", 5);
  close(fd);
}

/* Waits until the child has become the program (the pipe closes) or reports why not. */
void await_exec(int outcome, struct failure *failure) {
  ssize_t n;
  do n = read(outcome, failure, sizeof *failure);
  while (n < 0 && errno == EINTR);
  if (n != sizeof *failure) failure->error = 0;
}

/* Starts the program and reports it. Every claimed launch ends with an exit record, even if the program never ran. */
static pid_t start_main(const struct launch *l, int run_dir, int exits_dir) {
  struct text t;
  struct failure failure = {"fork", NULL, 0};
  int outcome[2];
  pid_t pid = pipe2(outcome, O_CLOEXEC) < 0 ? -1 : fork();
  if (pid == 0) {
    failure.step = become_program(l, run_dir, &failure.limit);
    failure.error = errno;
    (void)!write(outcome[1], &failure, sizeof failure);
    _exit(127);
  }
  if (pid < 0) {
    failure.error = errno;
  } else {
    close(outcome[1]);
    escape_oom_killer();
    /* Without memory for it this ends as if it had been killed: the host starts a reader, and supervises the program. */
    if (begin_output()) kill(getpid(), SIGKILL);
    await_exec(outcome[0], &failure);
    close(outcome[0]);
  }
  if (failure.error) {
    if (pid > 0) waitpid(pid, NULL, 0);
    put_exit(exits_dir, l->id, &(struct ending){.pid = pid < 0 ? 0 : pid, .code = 127, .signal = -1, .exec_errno = failure.error, .output = -1, .step = failure.step, .limit = failure.limit});
    report_failure(l->id, &failure);
    _exit(0);
  }
  begin_report(&t, l->id, "launched\",\"pid\":");
  add_number(&t, pid);
  add(&t, ",\"start\":\"");
  add_start_time(&t, pid);
  add(&t, "\",\"shim\":");
  add_number(&t, getpid());
  add(&t, ",\"shim_start\":\"");
  add_start_time(&t, getpid());
  add(&t, "\",\"output_buffer\":");
  add_number(&t, output_buffer(l->is_merged));
  add(&t, "}\n");
  report(&t);
  return pid;
}

/* The launcher's input is released immediately: a process that keeps it open hides its end of file from others. */
static void detach(int first, int last) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return;
  for (int fd = first; fd <= last; fd++) dup2(null, fd);
  close(null);
}

void run_shim(char *frame, size_t length, char *title) {
  struct launch l;
  signal(SIGCHLD, SIG_DFL);
  setsid(); /* signals to the launcher's group are not meant for the shims */
  detach(0, 0);
  if (!parse_frame(frame, length, &l) || !begins_with_launch_id(frame, length)) {
    if (begins_with_launch_id(frame, length)) report_refused(frame, "frame", EINVAL);
    else complain("a frame that does not begin with a launch id was ignored", 0);
    _exit(0);
  }
  memcpy(title, l.id, strlen(title) < 8 ? strlen(title) : 8);
  int exits_dir = open_dir(&l, l.exits_dir), run_dir = open_dir(&l, l.run_dir);
  take_lock(&l);
  struct watched w = {
      .exits_dir = exits_dir,
      .alive = hold_fifo(&l, run_dir, "alive"),
      .ctl = hold_fifo(&l, run_dir, "ctl"),
      .stop_signal = l.stop_signal,
      .grace_ms = l.grace_ms,
  };
  memcpy(w.id, l.id, sizeof w.id);
  open_log(&l, run_dir);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  link_claim(&l, run_dir);
  w.main = start_main(&l, run_dir, exits_dir);

  detach(1, 2);
  close(run_dir);
  (void)!chdir("/"); /* keep no file system busy */
  release_frame(frame, length, &l);
  watch(&w);
  _exit(0);
}
