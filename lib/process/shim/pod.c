/*
 * Process 1 of a container (`pod LAUNCH PERMIT END SIGNAL GRACE_MS CWD LIMIT... -- PROGRAM ARG...`): becomes the parent of one
 * program, and says exactly how it ended. PERMIT is a file with the environment (NAME=value, a zero byte after each); without
 * it nothing runs. END is the file that the container's runtime reads when the container has ended.
 *
 * The kernel drops every signal to process 1 that has its default action, so all of them are blocked and waited for.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NEVER (-1LL)
#define EXIT_NOT_RUN 127
#define REQUEST 64 /* the last real-time signal: `signal` queues it, its value is the signal that is meant */

extern char **environ;

static struct {
  pid_t main;
  bool main_reaped;
  int exit_code;
  long long kill_at; /* SIGKILL to all from this (monotonic) time on */
  int kill_rounds;
} pod = {.kill_at = NEVER};

/* In place: the file is mounted on its own, so nothing can be renamed over it. One write, so it is there as a whole. */
static void put_end(const struct pod *p, const struct ending *e) {
  struct text t = {.length = 0};
  add_exit(&t, p->id, e);
  int fd = open(p->end_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, t.bytes, t.length) != (ssize_t)t.length) complain(p->end_file, errno);
  if (fd >= 0) close(fd);
}

static int refuse(const struct pod *p, pid_t pid, const struct failure *f) {
  put_end(p, &(struct ending){.pid = pid, .code = EXIT_NOT_RUN, .signal = -1, .exec_errno = f->error, .output = -1, .step = f->step, .limit = f->limit});
  complain(f->step, f->error);
  return EXIT_NOT_RUN;
}

/* ---- the environment ---- */

static bool has_name_of(const char *variable, const char *other) {
  size_t length = strcspn(variable, "=");
  return !strncmp(variable, other, length) && other[length] == '=';
}

/* The image's variables, then those of the permit, which win. Returns NULL, with errno set, if the permit is unusable. */
static char **read_permit(const char *path) {
  struct stat found;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &found) < 0) return NULL;
  size_t size = (size_t)found.st_size, length = 0, count = 0;
  while (environ[count]) count++;
  char *bytes = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) return NULL;
  for (ssize_t n; length < size; length += (size_t)n) {
    if ((n = read(fd, bytes + length, size - length)) <= 0) return n ? NULL : (errno = EINVAL, NULL);
  }
  close(fd);
  if (size && bytes[size - 1]) return errno = EINVAL, NULL;
  for (size_t i = 0; i < size; i++) count += !bytes[i];
  char **all = mmap(NULL, (count + 1) * sizeof(char *), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return NULL;
  size_t used = 0;
  for (char **old = environ; *old; old++) all[used++] = *old;
  for (char *at = bytes; at < bytes + size; at += strlen(at) + 1) {
    if (!strchr(at, '=') || *at == '=') return errno = EINVAL, NULL;
    size_t same = 0;
    while (same < used && !has_name_of(at, all[same])) same++;
    all[same] = at;
    used += same == used;
  }
  return all;
}

/* ---- the program ---- */

/* Does not return if the program runs. The interface gives one stream, so both go one way: that keeps their order. */
static const char *become_program(const struct pod *p, char **env, const sigset_t *mask, const char **limit) {
  setsid();
  if (dup2(1, 2) < 0) return "log";
  if ((*limit = set_limits(p->limits))) return "limits";
  if (*p->cwd && chdir(p->cwd) < 0) return "cwd";
  sigprocmask(SIG_SETMASK, mask, NULL);
  execve(p->argv[0], p->argv, env);
  return "exec";
}

static bool start_program(const struct pod *p, char **env, const sigset_t *mask, struct failure *failure) {
  int outcome[2];
  *failure = (struct failure){"fork", NULL, 0};
  pod.main = pipe2(outcome, O_CLOEXEC) < 0 ? -1 : fork();
  if (pod.main == 0) {
    failure->step = become_program(p, env, mask, &failure->limit);
    failure->error = errno;
    (void)!write(outcome[1], failure, sizeof *failure);
    _exit(EXIT_NOT_RUN);
  }
  if (pod.main < 0) return failure->error = errno, false;
  close(outcome[1]);
  await_exec(outcome[0], failure);
  close(outcome[0]);
  return !failure->error;
}

/* ---- its end ---- */

/* To the whole tree. SIGCONT follows, because a stopped process does not handle signals. */
static void end_tree(const struct pod *p) {
  if (pod.kill_at != NEVER) return; /* a second request: many programs abandon their clean shutdown at a second signal */
  bool any = signal_descendants(p->stop_signal, SIGCONT) > 0;
  if (!any && !pod.main_reaped) kill(-pod.main, p->stop_signal); /* no /proc */
  pod.kill_at = monotonic_ms() + p->grace_ms;
}

static void kill_if_due(void) {
  if (pod.kill_at == NEVER || monotonic_ms() < pod.kill_at) return;
  bool any = signal_descendants(SIGKILL, 0) > 0;
  if (!any && !pod.main_reaped) kill(-pod.main, SIGKILL);
  pod.kill_at = monotonic_ms() + (pod.kill_rounds++ < 200 ? 5 : 200);
}

/* The end is written as soon as it is known: whatever ends this process later, it is kept. Returns false if nothing is left. */
static bool reap(const struct pod *p) {
  int status;
  pid_t pid;
  struct rusage usage;
  while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
    if (pid != pod.main || pod.main_reaped) continue;
    struct ending ending = ending_of(pid, status, &usage);
    pod.main_reaped = true;
    pod.exit_code = ending.signal < 0 ? ending.code : 128 + ending.signal;
    put_end(p, &ending);
    end_tree(p);
  }
  return pid == 0 || errno != ECHILD;
}

/* ---- signals ---- */

/* Not reaped, so neither its pid nor its group can belong to another process. */
static void pass_on(int signal) {
  if (!pod.main_reaped) kill(-pod.main, signal);
}

/* SIGTERM, and what images name in its place; the signals that people send to a process 1 reach the program. */
static void obey(const struct pod *p, const siginfo_t *got) {
  int asked = got->si_value.sival_int;
  switch (got->si_signo) {
    case SIGTERM: case SIGINT: case SIGQUIT: case SIGWINCH: case SIGPWR: case 37: /* SIGRTMIN+3 */
      end_tree(p);
      break;
    case SIGHUP: case SIGUSR1: case SIGUSR2:
      pass_on(got->si_signo);
      break;
    case REQUEST:
      if (got->si_code == SI_QUEUE && asked >= 1 && asked <= 64) pass_on(asked);
  }
}

static void await_signal(const struct pod *p, const sigset_t *all) {
  long long left = pod.kill_at == NEVER ? 3600000 : pod.kill_at - monotonic_ms();
  if (left < 0) left = 0;
  struct timespec wait = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L};
  siginfo_t got;
  if (sigtimedwait(all, &got, &wait) > 0) obey(p, &got);
}

int run_pod(const struct pod *p) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  prctl(PR_SET_CHILD_SUBREAPER, 1); /* where it is not process 1 */
  struct failure failure = {"permit", NULL, 0};
  char **env = read_permit(p->permit_file);
  if (!env) return failure.error = errno, refuse(p, 0, &failure);
  if (!start_program(p, env, &before, &failure)) return refuse(p, pod.main < 0 ? 0 : pod.main, &failure);
  while (reap(p)) {
    kill_if_due();
    await_signal(p, &all);
  }
  return pod.exit_code;
}

/* A command in the container of a program, with its environment and its directory. The parent belongs to the runtime. */
int exec_in_pod(long long ms, const char *permit_file, const char *cwd, char **argv) {
  char **env = read_permit(permit_file);
  if (!env) return complain(permit_file, errno), EXIT_NOT_RUN;
  if (*cwd && chdir(cwd) < 0) return complain(cwd, errno), EXIT_NOT_RUN;
  environ = env;
  return guard(ms, "", false, argv);
}

int signal_pod(long long signal) {
  if (!sigqueue(1, REQUEST, (union sigval){.sival_int = (int)signal})) return 0;
  complain("process 1 cannot be signalled", errno);
  return 1;
}
