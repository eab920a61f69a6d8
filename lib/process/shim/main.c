/* The command line; `usage` has all of it. */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 64
#define EXIT_NOT_POSSIBLE_HERE 95 /* Linux' EOPNOTSUPP */

/* Frees the space of a file's first bytes (punches a hole); its size and all later offsets do not change. */
static int punch(const char *path, long long bytes) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd >= 0 && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, bytes) == 0) return 0;
  if (fd >= 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) return EXIT_NOT_POSSIBLE_HERE;
  complain(path, errno);
  return 1;
}

#ifdef SHIM_WITH_FAULTS
void fault(const char *name) {
  static long long left = -1;
  const char *wanted = getenv("FAULT");
  size_t length = strlen(name);
  if (!wanted || strncmp(wanted, name, length) || wanted[length] != ':') return;
  if (left < 0 && !after_number(wanted + length + 1, &left)) return;
  if (--left == 0) kill(getpid(), SIGKILL);
}
#endif

static int usage(void) {
  complain("usage: coredinator-shim launcher | reader RUN_DIR LOG_DIR GENERATION MAX_BYTES | guard MS ACCOUNT PROGRAM ARG... | notify | "
           "pod LAUNCH PERMIT_FILE END_FILE SIGNAL GRACE_MS CWD OPEN_FILES PROCESSES CORE_SIZE ADDRESS_SPACE -- PROGRAM ARG... | "
           "exec MS PERMIT_FILE CWD PROGRAM ARG... | signal SIGNAL | punch FILE BYTES | version", 0);
  return EXIT_USAGE;
}

static bool is_signal(const char *text, long long *signal) {
  const char *end = after_number(text, signal);
  return end && !*end && *signal >= 1 && *signal <= 64;
}

static bool parse_pod(int argc, char **argv, struct pod *p) {
  const int limits = 8, separator = limits + LIMIT_COUNT;
  if (argc < separator + 2 || !is_launch_id(argv[2]) || strcmp(argv[separator], "--")) return false;
  long long signal;
  const char *end = after_number(argv[6], &p->grace_ms);
  if (!is_signal(argv[5], &signal) || !end || *end) return false;
  for (int i = 0; i < LIMIT_COUNT; i++)
    if (!is_limit(argv[limits + i], &p->limits[i])) return false;
  p->id = argv[2], p->permit_file = argv[3], p->end_file = argv[4], p->cwd = argv[7];
  p->stop_signal = (int)signal;
  p->argv = argv + separator + 1;
  return true;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "launcher")) return launcher(argv[1]);
  if (argc == 2 && !strcmp(argv[1], "notify")) return notify();
  if (argc == 2 && !strcmp(argv[1], "version")) {
    static const char version[] = "{\"protocol\":2}\n";
    return write(1, version, sizeof version - 1) < 0;
  }
  if (argc >= 5 && !strcmp(argv[1], "guard")) {
    long long ms;
    const char *end = after_number(argv[2], &ms);
    return end && !*end && ms > 0 && is_account(argv[3]) ? guard(ms, argv[3], true, argv + 4) : usage();
  }
  if (argc >= 2 && !strcmp(argv[1], "pod")) {
    struct pod pod;
    return parse_pod(argc, argv, &pod) ? run_pod(&pod) : usage();
  }
  if (argc >= 6 && !strcmp(argv[1], "exec")) {
    long long ms;
    const char *end = after_number(argv[2], &ms);
    return end && !*end && ms > 0 ? exec_in_pod(ms, argv[3], argv[4], argv + 5) : usage();
  }
  if (argc == 3 && !strcmp(argv[1], "signal")) {
    long long signal;
    return is_signal(argv[2], &signal) ? signal_pod(signal) : usage();
  }
  if (argc == 6 && !strcmp(argv[1], "reader")) {
    long long generation, max_bytes;
    const char *end = after_number(argv[4], &generation), *last = after_number(argv[5], &max_bytes);
    return end && !*end && last && !*last ? reader(argv[2], argv[3], generation, max_bytes) : usage();
  }
  if (argc == 4 && !strcmp(argv[1], "punch")) {
    long long bytes;
    const char *end = after_number(argv[3], &bytes);
    return end && !*end && bytes > 0 ? punch(argv[2], bytes) : usage();
  }
  return usage();
}
