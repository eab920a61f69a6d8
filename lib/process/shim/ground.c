/* Memory that survives the death of its reader. */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define SIZE (PAGE + STREAMS * MAX_GROUND)

/* Fills ground that nothing was read into. No UTF-8 text contains it. */
#define UNREAD 0xFF

struct ground *ground;
static int file;
static bool is_new;
static bool is_kept; /* or private memory: nothing survives */
static unsigned char bytes[HEAD + MAX_TEXT + 1]; /* room for a record */

/* Blocks before use: writing into a hole of a mapped file on a full disk would be a SIGBUS. */
static int reserve(off_t from, off_t length) {
  static const char zeros[PAGE];
  int error = posix_fallocate(file, from, length);
  if (error != EOPNOTSUPP) return error;
  for (off_t at = from; at < from + length; at += PAGE)
    if (pwrite(file, zeros, PAGE, at) != PAGE) return errno ? errno : ENOSPC;
  return 0;
}

unsigned char *ground_of(int stream) { return (unsigned char *)ground + PAGE + stream * MAX_GROUND; }

void clear_ground(int stream, size_t from, size_t to) { memset(ground_of(stream) + from, UNREAD, to - from); }

/* Returns false if there is no more. */
bool grow_ground(int stream) {
  uint64_t room = ground->room[stream], to = room ? room * 2 : PAGE;
  if (to > MAX_GROUND) to = MAX_GROUND;
  if (to == room || (is_kept && reserve(ground_of(stream) - (unsigned char *)ground + (off_t)room, (off_t)(to - room)))) return false;
  clear_ground(stream, room, to);
  fault("grown");
  barrier();
  ground->room[stream] = to;
  return true;
}

/* After a storm: all but the first page is given back. Both spans must be empty. */
void release_ground(void) {
  for (int s = 0; s < STREAMS; s++) {
    if (ground->room[s] <= PAGE) continue;
    ground->room[s] = PAGE;
    madvise(ground_of(s) + PAGE, MAX_GROUND - PAGE, MADV_DONTNEED);
  }
}

/*
 * Takes the place of the reader of this launch; the kernel gives it back when this process ends. Returns 0 or the errno;
 * EWOULDBLOCK: there is a reader. The ground has no room before `prepare_ground`.
 */
int open_ground(int run_dir) {
  struct stat found;
  file = openat(run_dir, "reader", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || flock(file, LOCK_EX | LOCK_NB) < 0 || fstat(file, &found) < 0) return errno;
  is_new = found.st_size < SIZE;
  void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return errno;
  madvise(memory, SIZE, MADV_RANDOM); /* or the kernel would read, and map, all of the file around the first page */
  ground = memory;
  return 0;
}

/* If the disk is full. The next reader must not find half of a ground. Returns false if there is no memory. */
static bool use_private_memory(void) {
  is_kept = false;
  (void)!ftruncate(file, 0);
  return mmap(ground, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

static bool has_room(void) {
  for (int s = 0; s < STREAMS; s++)
    if (!ground->room[s] && !grow_ground(s)) return false;
  return true;
}

/* Bytes that were read and not counted: the last one that is not UNREAD is the last one read. */
static void count_read(int stream) {
  union span span = {.all = ground->span[stream]};
  size_t end = span.dirty ? span.end : ground->room[stream];
  while (end > span.end && ground_of(stream)[end - 1] == UNREAD) end--;
  span.end = end;
  span.dirty = 0;
  ground->span[stream] = span.all;
}

/*
 * Completes the write in progress. Whole records of it are in the log; each accounts for its text, and, if it ends its
 * line, for a newline. A torn record is cut off, which no follower has seen: they read up to a newline.
 */
static void complete_write(void) {
  int stream = (int)ground->writing - 1;
  union span span = {.all = ground->span[stream]};
  uint64_t at = ground->written_at, begin = ground->written_from;
  for (;;) {
    size_t length = read_segment(at, bytes, sizeof bytes);
    unsigned char *end = length > HEAD ? memchr(bytes + HEAD, '\n', length - HEAD) : NULL;
    if (!end) break;
    bool is_end = bytes[HEAD - 2] == 'F';
    begin += (uint64_t)(end - bytes) - HEAD + is_end;
    span.unfinished = !is_end;
    at += (uint64_t)(end - bytes) + 1;
  }
  /* The record that ends an unfinished line at the end of a launch has no newline of its own. */
  span.begin = begin < span.end ? begin : span.end;
  ground->end = at;
  barrier();
  ground->span[stream] = span.all;
  barrier();
  ground->writing = 0;
}

/* Continues exactly where the last reader was killed. The segments must be open. */
static void recover_ground(void) {
  for (int s = 0; s < STREAMS; s++) count_read(s);
  if (ground->writing) complete_write();
  continue_at(ground->end);
  for (int s = 0; s < STREAMS; s++) {
    union span span = {.all = ground->span[s]};
    clear_ground(s, span.end, ground->room[s]);
  }
}

/*
 * Begins with nothing read. There may be a log all the same: of a reader whose ground was private memory, because the disk
 * was full. It continues behind the last whole record.
 */
static void begin_ground(void) {
  uint64_t start, end;
  if (!newest_segment(&start, &end)) return;
  uint64_t from = end - start > sizeof bytes ? end - sizeof bytes : start;
  const unsigned char *last = memrchr(bytes, '\n', read_segment(from, bytes, sizeof bytes));
  ground->end = last ? from + (uint64_t)(last - bytes) + 1 : start;
  continue_at(ground->end);
}

/* Makes room, and continues where an earlier reader was. The segments must be open. Returns 0 or the errno. */
int prepare_ground(void) {
  /* In this order: a file of the full size has its first page. */
  is_kept = !is_new || (reserve(0, PAGE) == 0 && ftruncate(file, SIZE) == 0);
  if (!is_kept || !has_room()) {
    is_new = true;
    if (!use_private_memory() || !has_room()) return ENOMEM;
  }
  if (is_new) begin_ground();
  else recover_ground();
  return 0;
}
