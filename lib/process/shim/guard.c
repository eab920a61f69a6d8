/*
 * Runs a command that must not outlive its host (`guard MS ACCOUNT PROGRAM ARG...`): it is ended when the host dies, after MS,
 * or when this process gets a signal to terminate. Everything that the command started ends with it, even if it exits
 * by itself.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_TIMED_OUT 124 /* as for timeout(1) */
#define EXIT_NOT_RUN 127

static bool main_reaped;
static int main_status;

/* Returns false if no descendant is left. */
static bool reap(pid_t main) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != main) continue;
    main_reaped = true;
    main_status = status;
  }
  return pid == 0 || errno != ECHILD;
}

/* Early rounds follow closely, to outrun forks; later ones do not: an unkillable process must not waste CPU. */
static void end_all(pid_t main) {
  for (int round = 0; reap(main); round++) {
    bool any = signal_descendants(SIGKILL, 0) > 0;
    if (!any && !main_reaped) kill(-main, SIGKILL); /* no /proc */
    pause_ms(round < 200 ? 5 : 200);
  }
}

static _Noreturn void become_command(char **argv, const char *account, pid_t guard, const sigset_t *mask) {
  setsid();
  if (!take_account(account)) {
    complain("the user cannot be changed", errno);
    _exit(EXIT_NOT_RUN);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != guard) _exit(EXIT_NOT_RUN);
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(argv[0], argv);
  complain(argv[0], errno);
  _exit(EXIT_NOT_RUN);
}

/* Ends in the same way as the command, so that the caller sees it as if it were the parent of the command. */
static int end_alike(void) {
  if (WIFEXITED(main_status)) return WEXITSTATUS(main_status);
  int sig = WTERMSIG(main_status);
  sigset_t only;
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  sigemptyset(&only);
  sigaddset(&only, sig);
  signal(sig, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &only, NULL);
  kill(getpid(), sig);
  return 128 + sig;
}

int guard(long long ms, const char *account, bool has_host, char **argv) {
  long long until = monotonic_ms() + ms;
  pid_t host = getppid();
  sigset_t waited, before;
  sigemptyset(&waited);
  sigaddset(&waited, SIGCHLD);
  sigaddset(&waited, SIGTERM);
  sigaddset(&waited, SIGINT);
  sigaddset(&waited, SIGHUP);
  sigprocmask(SIG_BLOCK, &waited, &before);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (has_host) prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (has_host && getppid() != host) return EXIT_NOT_RUN;

  pid_t self = getpid(), main = fork();
  if (main == 0) become_command(argv, account, self, &before);
  if (main < 0) {
    complain(argv[0], errno);
    return EXIT_NOT_RUN;
  }
  while (reap(main) && !main_reaped) {
    long long left = until - monotonic_ms();
    struct timespec wait = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L};
    int came = left > 0 ? sigtimedwait(&waited, NULL, &wait) : -1;
    if (came == SIGCHLD || (came < 0 && left > 0)) continue;
    end_all(main);
    return came < 0 ? EXIT_TIMED_OUT : 128 + came;
  }
  end_all(main);
  return end_alike();
}
