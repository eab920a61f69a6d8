/* Reads the FIFOs of a launch. */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* An unfinished line is written after this silence. */
#define SILENCE_NS 200000000ull
/* Memory is given back after this one. */
#define REST_NS 1000000000ull
#define RETRY_MS 200
#define LAST_RETRIES 50 /* 10 s */
#define NS_PER_MS 1000000ull

#define LARGE_PIPE (1024 * 1024)
#define CAP_SYS_ADMIN 21
#define CAP_SYS_RESOURCE 24

static const char *const fifos[STREAMS] = {"out", "err"};

static struct {
  int fd;           /* -1: all writers have closed it */
  bool is_new;      /* nobody has opened it before */
  uint64_t read_at; /* wall time of the last read */
  uint64_t silent_at;
} streams[STREAMS];
static uint64_t rest_at; /* 0: at rest */

/*
 * Whether the limits of the kernel for pipes are not meant for this user. Without that privilege a large pipe is taken
 * from a budget of all pipes of the user, also those within services, so the size stays.
 */
static bool may_enlarge_pipes(void) {
  static int answer = -1;
  if (answer >= 0) return answer;
  struct {
    uint32_t version;
    int pid;
  } header = {0x20080522, 0};
  struct {
    uint32_t effective, permitted, inheritable;
  } sets[2] = {{0, 0, 0}, {0, 0, 0}};
  if (syscall(SYS_capget, &header, sets) < 0) return false;
  answer = (sets[0].effective & (1u << CAP_SYS_ADMIN | 1u << CAP_SYS_RESOURCE)) != 0;
  return answer;
}

/* Mode 0622, because a service that has changed its user may open its own output again; the folder is private. */
static int open_fifo(int run_dir, const char *name, bool *is_new) {
  mode_t inherited = umask(0);
  *is_new = mkfifoat(run_dir, name, 0622) == 0;
  umask(inherited);
  int fd = openat(run_dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0 && may_enlarge_pipes()) (void)!fcntl(fd, F_SETPIPE_SZ, LARGE_PIPE);
  return fd;
}

/* How much a service can write before it waits for its reader: the size of its pipe, or of the smaller one. */
long long output_buffer(bool is_merged) {
  int size = fcntl(streams[0].fd, F_GETPIPE_SZ), other = is_merged ? size : fcntl(streams[1].fd, F_GETPIPE_SZ);
  return other < size ? other : size;
}

static bool is_empty(int stream) {
  union span span = {.all = ground->span[stream]};
  return span.begin == span.end;
}

#define NO_WRITER (-1)

/* One read of about `limit` bytes at most. Returns how many; 0: there are none now. */
static ssize_t take(int stream, size_t limit) {
  union span span = {.all = ground->span[stream]};
  while (ground->room[stream] - span.end < PACKET && grow_ground(stream)) continue;
  size_t room = ground->room[stream] - span.end;
  if (room > limit) room = limit < PACKET ? PACKET : limit;
  ssize_t length = read(streams[stream].fd, ground_of(stream) + span.end, room);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (length <= 0) return NO_WRITER;
  fault("read");
  span.end += (uint64_t)length;
  barrier();
  ground->span[stream] = span.all;
  streams[stream].read_at = wall_time();
  streams[stream].silent_at = steady_time() + SILENCE_NS;
  rest_at = steady_time() + REST_NS;
  write_records(stream, streams[stream].read_at, false);
  if ((size_t)length == room) grow_ground(stream);
  return length;
}

/* How many bytes of a stream are in its pipe. */
static size_t unread(int stream) {
  int bytes;
  return streams[stream].fd < 0 || ioctl(streams[stream].fd, FIONREAD, &bytes) < 0 ? 0 : (size_t)bytes;
}

/* Reads `bytes` of a stream, or what there is of them. Returns the last result of take. */
static ssize_t take_all(int stream, size_t bytes) {
  ssize_t length;
  size_t taken = 0;
  do length = take(stream, taken < bytes ? bytes - taken : MAX_GROUND);
  while (length > 0 && (taken += (size_t)length) < bytes);
  return length;
}

static void close_stream(int stream) {
  write_records(stream, streams[stream].read_at, true);
  close(streams[stream].fd);
  streams[stream].fd = -1;
}

/* A reader that comes when all writers have gone gets no POLLHUP; but then a read of the empty pipe returns 0. */
static bool has_writer(int stream) {
  ssize_t length = take_all(stream, unread(stream));
  if (length > 0) length = take(stream, MAX_GROUND);
  return length != NO_WRITER;
}

/* Returns 0 or the errno; EWOULDBLOCK: another process reads this output. */
int open_output(int run_dir, const char *log_dir, long long generation, long long max_bytes) {
  int error = open_ground(run_dir);
  if (!error) error = open_segments(log_dir, generation, max_bytes);
  for (int s = 0; !error && s < STREAMS; s++) {
    streams[s].fd = open_fifo(run_dir, fifos[s], &streams[s].is_new);
    if (streams[s].fd < 0) error = errno;
  }
  return error;
}

/* Returns 0 or the errno. */
int begin_output(void) {
  fault("begun");
  int error = prepare_ground();
  for (int s = 0; !error && s < STREAMS; s++) {
    streams[s].read_at = wall_time();
    write_records(s, streams[s].read_at, false);
    if (!streams[s].is_new && !has_writer(s)) close_stream(s);
  }
  return error;
}

/* For the child: its end of a FIFO. It can read as well, so it never gets a SIGPIPE, whoever reads the other end. */
int open_output_end(int run_dir, int stream) { return openat(run_dir, fifos[stream], O_RDWR | O_CLOEXEC | O_NOCTTY); }

void output_pollfds(struct pollfd into[STREAMS]) {
  for (int s = 0; s < STREAMS; s++) into[s] = (struct pollfd){.fd = streams[s].fd, .events = POLLIN};
}

/* Milliseconds until there is something to do without new output, or -1. */
int output_timeout(void) {
  uint64_t now = 0, at = ~0ull;
  bool is_idle = !rest_at && !has_dropped();
  for (int s = 0; s < STREAMS; s++) {
    if (is_empty(s)) continue;
    is_idle = false;
    if (streams[s].silent_at < at) at = streams[s].silent_at;
  }
  if (is_idle) return -1;
  if (rest_at && rest_at < at) at = rest_at;
  now = steady_time();
  uint64_t left = at <= now ? 0 : (at - now + NS_PER_MS - 1) / NS_PER_MS;
  return has_dropped() && left > RETRY_MS ? RETRY_MS : (int)left;
}

/* After a second without output: idle shims need three pages for it. */
static void rest(void) {
  rest_at = 0;
  if (!is_empty(0) || !is_empty(1)) return;
  release_ground();
  release_records();
}

/*
 * What was in both pipes before this pass is read in it, stdout first: a program that fails writes why to stderr, and last.
 * A read has a bound of its own; so stderr would come before the rest of a stdout that holds more.
 */
void serve_output(const struct pollfd polled[STREAMS]) {
  size_t before[STREAMS] = {0, 0};
  if (polled[0].revents && polled[1].revents)
    for (int s = STREAMS - 1; s >= 0; s--) before[s] = unread(s);
  for (int s = 0; s < STREAMS; s++) {
    if (streams[s].fd >= 0 && polled[s].revents && take_all(s, before[s]) == NO_WRITER) close_stream(s);
    if (!is_empty(s) && steady_time() >= streams[s].silent_at) write_records(s, streams[s].read_at, true);
  }
  report_gap(wall_time());
  if (rest_at && steady_time() >= rest_at) rest();
}

/*
 * Reads what is in the pipes now, and no more: a process that has ended has nothing left to write, while what it has
 * left behind may write without end.
 */
void drain_output(void) {
  for (int s = 0; s < STREAMS; s++) {
    size_t left = unread(s);
    if (left > 0) take_all(s, left);
    if (streams[s].fd >= 0) write_records(s, streams[s].read_at, true);
  }
}

bool output_is_open(void) { return streams[0].fd >= 0 || streams[1].fd >= 0; }

long long output_end(void) { return (long long)ground->end; }

/* Once no process of the tree is left. */
void close_output(void) {
  drain_output();
  finish_records(wall_time());
}

/* If the disk is full at the end of a launch, there may soon be room to report what is missing. */
void report_last_gap(void) {
  for (int tries = 0; has_dropped() && tries < LAST_RETRIES; tries++) {
    pause_ms(RETRY_MS);
    report_gap(wall_time());
  }
}
