/*
 * The service of the chaos command. Its behaviour depends only on (seed, service, generation), so that chaos/life.js
 * knows it too. It records its life in a separate ledger, one write per line:
 *
 *   start SERVICE GENERATION LAUNCH PID START_TIME NOW_MS FILE the main process, and the file that it runs
 *   child SERVICE GENERATION LAUNCH PID START_TIME NOW_MS      one that left the group
 *   end   SERVICE GENERATION LAUNCH PID START_TIME NOW_MS CODE right before it exits by itself
 *
 * It numbers its lines on standard output and keeps the count in a separate file, which is at most one behind. A line
 * that the disk has no room for is tried until it has.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint32_t state;

static uint32_t draw(void) { /* mulberry32 */
  state += 0x6D2B79F5u;
  uint32_t t = (state ^ (state >> 15)) * (state | 1u);
  t ^= t + (t ^ (t >> 7)) * (t | 61u);
  return t ^ (t >> 14);
}

static void seed_by(const char *text) { /* FNV-1a */
  state = 0x811c9dc5u;
  for (; *text; text++) state = (state ^ (unsigned char)*text) * 0x01000193u;
}

static const char *folder, *service, *generation, *launch;
static volatile sig_atomic_t is_asked;

static void asked(int signal) {
  (void)signal;
  is_asked = 1;
}

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned long long start_time(void) {
  char text[1024];
  int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  text[length > 0 ? length : 0] = 0;
  char *at = strrchr(text, ')');
  for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
  return at ? strtoull(at + 1, NULL, 10) : 0;
}

static void record(const char *what, const char *more) {
  char path[4096], line[1024];
  snprintf(path, sizeof path, "%s/ledger", folder);
  int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  int length = snprintf(line, sizeof line, "%s %s %s %s %ld %llu %lld%s\n", what, service, generation, launch,
                        (long)getpid(), start_time(), now_ms(), more);
  if (fd < 0 || write(fd, line, (size_t)length) != length) _exit(125);
  close(fd);
}

static void end(int code) {
  char more[32];
  snprintf(more, sizeof more, " %d", code);
  record("end", more);
  _exit(code);
}

static void leave_group(int is_daemon) {
  if (fork() != 0) return;
  setsid();
  if (is_daemon && fork() != 0) _exit(0);
  record("child", "");
  for (;;) pause();
}

static const char *program_file(void) {
  static char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  char *slash = strrchr(path, '/');
  return slash ? slash + 1 : "unknown";
}

int main(void) {
  char text[512];
  folder = getenv("CHAOS_FOLDER");
  service = getenv("COREDINATOR_SERVICE_ID");
  generation = getenv("COREDINATOR_GENERATION");
  launch = getenv("COREDINATOR_LAUNCH_ID");
  const char *seed = getenv("CHAOS_SEED");
  if (!folder || !service || !generation || !launch || !seed) return 124;

  snprintf(text, sizeof text, "%s/%s/%s", seed, service, generation);
  seed_by(text);
  int is_mortal = draw() % 100 < 35;
  int life_ms = 20 + (int)(draw() % 1200);
  int code = (int)(draw() % 100);
  int is_stubborn = draw() % 100 < 15;
  int is_polite = draw() % 100 < 50;
  int stop_code = (int)(draw() % 100);
  int escape = (int)(draw() % 100);
  int tick_ms = 10 + (int)(draw() % 20);

  if (is_stubborn) signal(SIGTERM, SIG_IGN);
  else if (is_polite) {
    struct sigaction action = {.sa_handler = asked};
    sigaction(SIGTERM, &action, NULL);
  }
  char quiet[4096], counter[4096];
  snprintf(quiet, sizeof quiet, "%s/quiet", folder);
  snprintf(counter, sizeof counter, "%s/counts/%s", folder, launch);
  snprintf(text, sizeof text, " %s", program_file());
  record("start", text);
  int counter_fd = open(counter, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (counter_fd < 0) return 123;
  if (escape < 24) leave_group(escape < 12);

  long long end_at = is_mortal && access(quiet, F_OK) != 0 ? now_ms() + life_ms : INT64_MAX;
  struct timespec tick = {.tv_nsec = tick_ms * 1000000L};
  long lines = 0;
  for (int written = 0;;) {
    int length = snprintf(text, sizeof text, "%s %ld\n", launch, lines);
    ssize_t more = write(1, text + written, (size_t)(length - written));
    if (more < 0 && errno != ENOSPC && errno != EINTR) return 122;
    if (more > 0) written += (int)more;
    if (written == length) {
      lines++;
      written = 0;
      length = snprintf(text, sizeof text, "%ld\n", lines);
      if (pwrite(counter_fd, text, (size_t)length, 0) != length) return 121;
    }
    if (!is_asked) nanosleep(&tick, NULL);
    if (is_asked) end(stop_code);
    if (now_ms() >= end_at) end(code);
  }
}
