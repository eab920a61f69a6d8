/*
 * The log of a launch: segments `GENERATION.OFFSET.log`, named by the logical offset of their first byte (15 digits) and
 * never renamed, so a position stays valid forever. Each holds whole records. The oldest is removed before the next one
 * is created, so the bound holds at every moment.
 */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KIB 1024LL
#define SEGMENTS_OF_A_LAUNCH 8
#define MIN_SEGMENT (64 * KIB)
#define MAX_SEGMENT (8 * KIB * KIB)
#define OFFSET_DIGITS 15

static int folder = -1, segment = -1;
static const char *folder_path;
static struct text prefix; /* `GENERATION.` */
static long long segment_bytes, bound;
static bool any;
static uint64_t oldest, newest; /* where these segments start */

static void name_of(struct text *name, uint64_t start) {
  char digits[OFFSET_DIGITS + 1];
  digits[OFFSET_DIGITS] = 0;
  for (int i = OFFSET_DIGITS - 1; i >= 0; i--, start /= 10) digits[i] = (char)('0' + start % 10);
  name->length = 0;
  add(name, prefix.bytes);
  add(name, digits);
  add(name, ".log");
}

/* The start of a segment of this launch by its name, or -1. */
static long long start_of(const char *name) {
  long long start;
  if (strncmp(name, prefix.bytes, prefix.length)) return -1;
  const char *digits = name + prefix.length, *end = after_number(digits, &start);
  return end == digits + OFFSET_DIGITS && !strcmp(end, ".log") ? start : -1;
}

static void note_segment(uint64_t start) {
  if (!any || start < oldest) oldest = start;
  if (!any || start > newest) newest = start;
  any = true;
}

static void find_segments(void) {
  any = false;
  char buffer[2048] __attribute__((aligned(8)));
  long length;
  lseek(folder, 0, SEEK_SET);
  while ((length = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < length; at += ((const struct directory_entry *)(buffer + at))->size) {
      long long start = start_of(((const struct directory_entry *)(buffer + at))->name);
      if (start >= 0) note_segment((uint64_t)start);
    }
  }
}

static int open_folder(void) {
  int fd = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  if (folder >= 0) close(folder);
  folder = fd;
  return 0;
}

/* Somebody may have removed the folder with all logs to make room. */
static int create(const char *name, int flags) {
  int fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
  if (fd >= 0 || errno != ENOENT) return fd;
  mkdir(folder_path, 0700);
  errno = open_folder();
  return errno ? -1 : openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
}

static int open_segment(uint64_t start, bool is_new) {
  struct text name;
  name_of(&name, start);
  if (segment >= 0) close(segment);
  segment = is_new ? create(name.bytes, O_TRUNC) : openat(folder, name.bytes, O_RDWR | O_CLOEXEC);
  return segment < 0 ? errno : 0;
}

/* Opens what is there of the log of this launch. Returns 0 or an errno. */
int open_segments(const char *log_dir, long long generation, long long max_bytes) {
  folder_path = strdup(log_dir); /* the frame of a launch is released */
  int error = folder_path ? open_folder() : ENOMEM;
  if (error) return error;
  bound = max_bytes;
  segment_bytes = bound / SEGMENTS_OF_A_LAUNCH;
  if (segment_bytes < MIN_SEGMENT) segment_bytes = MIN_SEGMENT;
  if (segment_bytes > MAX_SEGMENT) segment_bytes = MAX_SEGMENT;
  add_number(&prefix, generation);
  add(&prefix, ".");
  find_segments();
  return any ? open_segment(newest, false) : 0;
}

/* Cuts off what follows `end`. If somebody has removed what precedes it, there will be a new segment. */
void continue_at(uint64_t end) {
  struct stat found;
  if (!any) return;
  bool is_there = end >= newest && fstat(segment, &found) == 0 && (uint64_t)found.st_size >= end - newest;
  if (is_there && ftruncate(segment, (off_t)(end - newest)) == 0) return;
  close(segment);
  segment = -1;
}

/* Returns false if there is none. */
bool newest_segment(uint64_t *start, uint64_t *end) {
  struct stat found;
  if (!any || fstat(segment, &found) < 0) return false;
  *start = newest;
  *end = newest + (uint64_t)found.st_size;
  return true;
}

/* Bytes of the newest segment. */
size_t read_segment(uint64_t at, unsigned char *into, size_t size) {
  if (!any || at < newest) return 0;
  ssize_t length = pread(segment, into, size, (off_t)(at - newest));
  return length < 0 ? 0 : (size_t)length;
}

static int next_segment(void) {
  uint64_t start = ground->end;
  while (any && oldest < newest && start - oldest + (uint64_t)segment_bytes > (uint64_t)bound) {
    struct text name;
    name_of(&name, oldest);
    if (unlinkat(folder, name.bytes, 0) < 0 && errno != ENOENT) break;
    fault("removed");
    find_segments();
  }
  int error = open_segment(start, true);
  if (error) return error;
  note_segment(start);
  fault("rotated");
  return 0;
}

#ifdef SHIM_WITH_FAULTS
static size_t piece_of(size_t length) { return length < 700 ? length : 700; } /* so that a fault tears records */
#else
#define piece_of(length) (length)
#endif

/* Somebody may have removed its file, and what is written into it could not be read. */
static bool is_removed(void) {
  struct stat found;
  return fstat(segment, &found) == 0 && found.st_nlink == 0;
}

int append(const unsigned char *bytes, size_t length) {
  bool is_full = any && ground->end + length > newest + (uint64_t)segment_bytes && ground->end > newest;
  if (!any || is_full || segment < 0 || is_removed()) {
    int error = next_segment();
    if (error) return error;
  }
  off_t at = (off_t)(ground->end - newest);
  for (size_t done = 0; done < length;) {
    ssize_t written = pwrite(segment, bytes + done, piece_of(length - done), at + (off_t)done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      int error = written < 0 ? errno : ENOSPC;
      (void)!ftruncate(segment, at);
      return error;
    }
    done += (size_t)written;
    fault("written");
  }
  ground->end += length;
  return 0;
}

/*
 * Reports what was dropped: a line in `GENERATION.gaps`, which readers believe, and a record for people, which a service
 * could have written as well. The line comes first: if this process is killed in between, both are written again, and
 * readers take the last line of an offset.
 */
int append_gap(void) {
  struct text name = {.length = 0}, line = {.length = 0}, text = {.length = 0};
  add(&name, prefix.bytes);
  add(&name, "gaps");
  add(&line, "{\"offset\":");
  add_number(&line, (long long)ground->end);
  add(&line, ",\"stdout\":");
  add_number(&line, (long long)ground->dropped[0]);
  add(&line, ",\"stderr\":");
  add_number(&line, (long long)ground->dropped[1]);
  add(&line, "}\n");
  int gaps = create(name.bytes, O_APPEND);
  if (gaps < 0) return errno;
  struct stat before;
  bool is_written = fstat(gaps, &before) == 0 && write(gaps, line.bytes, line.length) == (ssize_t)line.length;
  int error = is_written ? 0 : errno ? errno : ENOSPC;
  if (error) (void)!ftruncate(gaps, before.st_size);
  close(gaps);
  if (error) return error;
  fault("gap");
  add(&text, "[coredinator] gap: ");
  add_number(&text, (long long)ground->dropped[0]);
  add(&text, " bytes of stdout and ");
  add_number(&text, (long long)ground->dropped[1]);
  add(&text, " of stderr could not be written\n");
  unsigned char record[HEAD + sizeof text.bytes];
  size_t length = head_of(record, 1, 'F');
  memcpy(record + length, text.bytes, text.length);
  error = append(record, length + text.length);
  if (!error) ground->dropped[0] = ground->dropped[1] = 0;
  return error;
}
