/* Small JSON texts, written atomically. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* for renameat */
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void add(struct text *t, const char *s) {
  while (*s && t->length < sizeof t->bytes - 1) t->bytes[t->length++] = *s++;
  t->bytes[t->length] = 0;
}

void add_number(struct text *t, long long n) {
  char digits[24];
  int i = sizeof digits;
  unsigned long long rest = n < 0 ? -(unsigned long long)n : (unsigned long long)n;
  digits[--i] = 0;
  do digits[--i] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (n < 0) digits[--i] = '-';
  add(t, digits + i);
}

static void add_number_or_null(struct text *t, int n) {
  if (n < 0) add(t, "null");
  else add_number(t, n);
}

/* Parses a plain decimal number and returns the position after it; NULL if there is none or it is absurdly large. */
const char *after_number(const char *s, long long *n) {
  const char *first = s;
  for (*n = 0; *s >= '0' && *s <= '9'; s++) {
    if (s - first == 15) return NULL;
    *n = *n * 10 + (*s - '0');
  }
  return s == first ? NULL : s;
}

/* Reads the beginning of a (small) file as a string; returns its length or -1. */
ssize_t read_file(const char *path, char *into, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length;
  do length = read(fd, into, size - 1);
  while (length < 0 && errno == EINTR);
  close(fd);
  into[length < 0 ? 0 : length] = 0;
  return length;
}

/* Field 22 of /proc/PID/stat. Counted from the last ')', since the name in field 2 may contain anything. */
void add_start_time(struct text *t, pid_t pid) {
  char stat[1024];
  struct text path = {.length = 0};
  add(&path, "/proc/");
  add_number(&path, pid);
  add(&path, "/stat");
  if (read_file(path.bytes, stat, sizeof stat) <= 0) return;
  char *at = strrchr(stat, ')');
  for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
  if (!at) return;
  at[1 + strspn(at + 1, "0123456789")] = 0;
  add(t, at + 1);
}

void add_boot_id(struct text *t) {
  char id[64];
  if (read_file("/proc/sys/kernel/random/boot_id", id, sizeof id) <= 0) return;
  id[strcspn(id, "\n")] = 0;
  add(t, id);
}

/* Writes `t` under a name that readers ignore, then links (exclusive) or renames it. Returns 0 or the errno. */
int put_record(int dir, const char *name, const struct text *t, bool exclusive) {
  struct text hidden = {.length = 0};
  add(&hidden, ".");
  add(&hidden, name);
  add(&hidden, ".");
  add_number(&hidden, getpid());
  int fd = openat(dir, hidden.bytes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  int error = 0;
  ssize_t written = write(fd, t->bytes, t->length);
  if (written < 0) error = errno;
  else if ((size_t)written != t->length) error = ENOSPC;
  if (close(fd) < 0 && !error) error = errno;
  if (!error && exclusive && linkat(dir, hidden.bytes, dir, name, 0) < 0) error = errno;
  if (!error && !exclusive && renameat(dir, hidden.bytes, dir, name) < 0) error = errno;
  if (exclusive || error) unlinkat(dir, hidden.bytes, 0);
  return error;
}

/* Without the log, which only some shims write. */
struct ending ending_of(pid_t pid, int status, const struct rusage *usage) {
  return (struct ending){
      .pid = pid,
      .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : -1,
      .core = WIFSIGNALED(status) && WCOREDUMP(status) ? 1 : 0,
      .output = -1,
      .max_rss = usage->ru_maxrss * 1024LL,
      .cpu_ms = (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000LL + (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000,
  };
}

void add_exit(struct text *t, const char *id, const struct ending *e) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  add(t, "{\"launch\":\"");
  add(t, id);
  add(t, "\",\"pid\":");
  add_number(t, e->pid);
  add(t, ",\"code\":");
  add_number_or_null(t, e->code);
  add(t, ",\"signal\":");
  add_number_or_null(t, e->signal);
  add(t, ",\"core\":");
  add_number(t, e->core);
  add(t, ",\"exec_errno\":");
  add_number(t, e->exec_errno);
  if (e->step) add(t, ",\"step\":\""), add(t, e->step), add(t, "\"");
  if (e->limit) add(t, ",\"limit\":\""), add(t, e->limit), add(t, "\"");
  if (!e->step) {
    add(t, ",\"max_rss\":"), add_number(t, e->max_rss);
    add(t, ",\"cpu_ms\":"), add_number(t, e->cpu_ms);
  }
  if (e->output >= 0) add(t, ",\"output\":"), add_number(t, e->output);
  add(t, ",\"end\":");
  add_number(t, now.tv_sec * 1000LL + now.tv_nsec / 1000000);
  add(t, "}\n");
}

int put_exit(int exits_dir, const char *id, const struct ending *e) {
  struct text t = {.length = 0};
  add_exit(&t, id, e);
  return put_record(exits_dir, id, &t, false);
}

/* Writes one line to standard error, for people. */
void complain(const char *what, int error) {
  struct text t = {.length = 0};
  add(&t, "coredinator-shim: ");
  add(&t, what);
  if (error) {
    add(&t, ": ");
    add(&t, strerror(error));
  }
  add(&t, "\n");
  (void)!write(2, t.bytes, t.length);
}
