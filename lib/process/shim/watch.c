/* The shim after the launch: reap, record the exit, obey commands, end the tree, exit. */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NEVER (-1LL)
#define RECORD_RETRY_MS 200
#define RECORD_SLOW_RETRY_MS 1000
#define RECORD_PATIENCE_MS 10000

static struct {
  bool main_reaped, record_due, folder_gone;
  struct ending ending;
  long long kill_at;      /* SIGKILL to all from this (monotonic) time on */
  long long next_kill_at; /* the next round */
  int kill_rounds;
} now_watching;

long long monotonic_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void pause_ms(int ms) {
  struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
  nanosleep(&t, NULL);
}

/* If the disk does not take the record, the pipe gets it. The reader may die, so it is repeated once it was read. */
static void report_by_pipe(const struct watched *w) {
  int unread;
  if (ioctl(w->alive, FIONREAD, &unread) < 0 || unread > 0) return;
  struct text t = {.length = 0};
  add_exit(&t, w->id, &now_watching.ending);
  (void)!write(w->alive, t.bytes, t.length);
}

static void try_record(const struct watched *w) {
  int error = put_exit(w->exits_dir, w->id, &now_watching.ending);
  now_watching.record_due = error != 0;
  now_watching.folder_gone = error == ENOENT;
  if (error) report_by_pipe(w);
}

/*
 * Sends the stop signal to every descendant and sets the time from which on they are killed. SIGCONT follows, because a
 * stopped process does not handle signals. An earlier deadline stays: another call may shorten the grace, but never
 * lengthen it.
 */
static void end_tree(const struct watched *w, int signal, long long grace_ms) {
  bool any = signal_descendants(signal, SIGCONT) > 0;
  if (!any && !now_watching.main_reaped) kill(-w->main, signal); /* no /proc */
  long long at = monotonic_ms() + grace_ms;
  if (now_watching.kill_at != NEVER && now_watching.kill_at <= at) return;
  now_watching.kill_at = now_watching.next_kill_at = at;
}

/* Early rounds follow closely, to outrun forks; later ones do not: an unkillable process must not waste CPU. */
static void kill_if_due(const struct watched *w) {
  if (now_watching.kill_at == NEVER || monotonic_ms() < now_watching.next_kill_at) return;
  bool any = signal_descendants(SIGKILL, 0) > 0;
  if (!any && !now_watching.main_reaped) kill(-w->main, SIGKILL);
  now_watching.next_kill_at = monotonic_ms() + (now_watching.kill_rounds++ < 200 ? 5 : 200);
}

/* Returns false if no descendant is left. */
static bool reap(const struct watched *w) {
  int status;
  pid_t pid;
  struct rusage usage;
  while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
    if (pid != w->main || now_watching.main_reaped) continue;
    now_watching.main_reaped = true;
    drain_output(); /* its last words come before its end */
    now_watching.ending = ending_of(pid, status, &usage);
    now_watching.ending.output = output_end();
    try_record(w);
  }
  return pid == 0 || errno != ECHILD;
}

static void obey(const struct watched *w, const char *line) {
  long long signal, grace_ms;
  if (!strncmp(line, "sig ", 4)) {
    const char *end = after_number(line + 4, &signal);
    if (!end || *end || signal < 1 || signal > 64) return;
    /* Not reaped, so neither its pid nor its group can belong to another process. */
    if (!now_watching.main_reaped) kill(-w->main, (int)signal);
  } else if (!strncmp(line, "stop ", 5)) {
    const char *end = after_number(line + 5, &signal);
    if (!end || *end != ' ' || signal < 1 || signal > 64) return;
    end = after_number(end + 1, &grace_ms);
    if (end && !*end) end_tree(w, (int)signal, grace_ms);
  }
}

/* Commands are lines; a read may return several lines or part of one. Unknown commands are ignored. */
static void read_commands(const struct watched *w) {
  static char line[64];
  static size_t length;
  char bytes[256];
  ssize_t count;
  while ((count = read(w->ctl, bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < count; i++) {
      if (bytes[i] != '\n') {
        if (length < sizeof line) line[length++] = bytes[i];
        continue;
      }
      if (length < sizeof line) {
        line[length] = 0;
        obey(w, line);
      }
      length = 0;
    }
  }
}

static int poll_timeout(void) {
  long long at = NEVER, now = monotonic_ms(), output = output_timeout();
  if (output >= 0) at = now + output;
  if (now_watching.kill_at != NEVER && (at == NEVER || at > now_watching.next_kill_at)) at = now_watching.next_kill_at;
  if (now_watching.record_due && (at == NEVER || at > now + RECORD_RETRY_MS)) at = now + RECORD_RETRY_MS;
  if (at == NEVER) return -1;
  if (at <= now) return 0;
  return at - now > 1000000000 ? 1000000000 : (int)(at - now);
}

void watch(const struct watched *w) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  int ended = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  now_watching.kill_at = NEVER;
  bool leftovers_asked = false;

  while (reap(w)) {
    if (now_watching.main_reaped && !leftovers_asked) {
      leftovers_asked = true;
      /* A stop in progress has signalled them already; a second SIGTERM makes many programs abandon their clean shutdown. */
      if (now_watching.kill_at == NEVER) end_tree(w, w->stop_signal, w->grace_ms);
    }
    kill_if_due(w);
    if (now_watching.record_due) try_record(w);
    struct pollfd wait[STREAMS + 2];
    output_pollfds(wait);
    wait[STREAMS] = (struct pollfd){.fd = ended, .events = POLLIN};
    wait[STREAMS + 1] = (struct pollfd){.fd = w->ctl, .events = POLLIN};
    int timeout = poll_timeout();
    /* Without a signalfd (no descriptors left on this machine) the shim polls. */
    poll(wait, STREAMS + 2, ended < 0 && (timeout < 0 || timeout > 100) ? 100 : timeout);
    struct signalfd_siginfo info;
    while (ended >= 0 && read(ended, &info, sizeof info) > 0) continue;
    serve_output(wait);
    read_commands(w);
  }
  close_output();
  /* A full disk will be cleared at some point; only if the folder was removed can the record never be written. */
  for (long long since = monotonic_ms(); now_watching.record_due;) {
    bool is_late = monotonic_ms() - since >= RECORD_PATIENCE_MS;
    if (is_late && now_watching.folder_gone) break;
    pause_ms(is_late ? RECORD_SLOW_RETRY_MS : RECORD_RETRY_MS);
    try_record(w);
  }
  report_last_gap();
}
