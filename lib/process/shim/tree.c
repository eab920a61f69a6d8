/*
 * Finds and signals the descendants of this process. As the shim is a subreaper, everything that its service starts
 * remains its descendant: other sessions, daemons that forked twice, processes that cleared their environment.
 *
 * A list is a snapshot. Between reading it and signalling, a grandchild can end and (in theory) its pid can be reused;
 * the pid of our own children cannot, since only we reap them. Processes forked in the meantime are missed, so a caller
 * that needs all of them gone calls again until waitpid returns ECHILD.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_DESCENDANTS 16384
#define MAX_PROCESSES 65536

static pid_t found[MAX_DESCENDANTS];
static int found_count;

static void find(pid_t pid) {
  if (found_count < MAX_DESCENDANTS) found[found_count++] = pid;
}

/* Calls `visit` for every entry whose name is a number. */
static void for_each_number(const char *path, void (*visit)(pid_t owner, pid_t number), pid_t owner) {
  char buffer[2048] __attribute__((aligned(8)));
  int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return;
  long length;
  while ((length = syscall(SYS_getdents64, dir, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < length;) {
      const struct directory_entry *e = (const struct directory_entry *)(buffer + at);
      long long number;
      const char *end = after_number(e->name, &number);
      if (end && !*end) visit(owner, (pid_t)number);
      at += e->size;
    }
  }
  close(dir);
}

static void path_of(struct text *path, pid_t pid, const char *rest) {
  path->length = 0;
  add(path, "/proc/");
  add_number(path, pid);
  add(path, rest);
}

/* The children forked by one thread; the file can be longer than the buffer, which may then end within a number. */
static void find_children_of_thread(pid_t pid, pid_t thread) {
  struct text path;
  path_of(&path, pid, "/task/");
  add_number(&path, thread);
  add(&path, "/children");
  int fd = open(path.bytes, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char buffer[2048];
  pid_t child = 0;
  ssize_t length;
  while ((length = read(fd, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < length; i++) {
      if (buffer[i] >= '0' && buffer[i] <= '9') child = child * 10 + (buffer[i] - '0');
      else if (child) find(child), child = 0;
    }
  }
  if (child) find(child);
  close(fd);
}

static void find_by_children_files(void) {
  for (int i = -1; i < found_count; i++) {
    pid_t pid = i < 0 ? getpid() : found[i];
    struct text path;
    path_of(&path, pid, "/task");
    for_each_number(path.bytes, find_children_of_thread, pid);
  }
}

/* For kernels without CONFIG_PROC_CHILDREN: every process with its parent, read once. */
static struct {
  pid_t pid, parent;
} all[MAX_PROCESSES];
static int all_count;

static void note_parent(pid_t unused, pid_t pid) {
  (void)unused;
  struct text path;
  char stat[512];
  path_of(&path, pid, "/stat");
  if (all_count == MAX_PROCESSES || read_file(path.bytes, stat, sizeof stat) <= 0) return;
  const char *name_end = strrchr(stat, ')');
  long long parent;
  if (!name_end || strlen(name_end) < 5 || !after_number(name_end + 4, &parent)) return;
  all[all_count].pid = pid;
  all[all_count++].parent = (pid_t)parent;
}

static void find_by_scan(void) {
  all_count = 0;
  for_each_number("/proc", note_parent, 0);
  for (int i = -1; i < found_count; i++) {
    pid_t parent = i < 0 ? getpid() : found[i];
    for (int k = 0; k < all_count; k++)
      if (all[k].parent == parent) find(all[k].pid);
  }
}

static bool has_children_files(void) {
#ifdef SHIM_WITHOUT_CHILDREN_FILES /* for the specs */
  return false;
#else
  static int answer = -1;
  if (answer < 0) {
    struct text path;
    path_of(&path, getpid(), "/task/");
    add_number(&path, getpid());
    add(&path, "/children");
    answer = access(path.bytes, F_OK) == 0;
  }
  return answer;
#endif
}

int signal_descendants(int signal, int also) {
  found_count = 0;
  if (has_children_files()) find_by_children_files();
  else find_by_scan();
  for (int i = 0; i < found_count; i++) kill(found[i], signal);
  for (int i = 0; also && i < found_count; i++) kill(found[i], also);
  return found_count;
}
