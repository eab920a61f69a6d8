/*
 * Records in the CRI log format, which every log shipper reads: `TIME STREAM TAG TEXT`. Tag F ends a line; P says that
 * more of the line follows. The time is that of the read, in nanoseconds, so a segment is sorted by time.
 */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* Records are appended in batches of at most this size. */
#define BATCH (32 * 1024)
/* Each failed write makes some file systems commit their journal. */
#define RETRY_NS 200000000ull
#define SECOND_NS 1000000000ull

static unsigned char batch[BATCH] __attribute__((aligned(4096)));
static char stamp[31] = "0000-00-00T00:00:00.000000000Z";
static uint64_t retry_at;
static const char names[STREAMS][7] = {"stdout", "stderr"};

static uint64_t time_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

uint64_t wall_time(void) { return time_of(CLOCK_REALTIME); }
uint64_t steady_time(void) { return time_of(CLOCK_MONOTONIC); }

static void put_digits(char *at, int width, uint64_t number) {
  for (int i = width - 1; i >= 0; i--, number /= 10) at[i] = (char)('0' + number % 10);
}

/* Year, month and day of a number of days since 1970-01-01: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static void put_date(uint64_t days) {
  uint64_t shifted = days + 719468, era = shifted / 146097, day_of_era = shifted % 146097;
  uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  uint64_t from_march = (5 * day_of_year + 2) / 153;
  uint64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  put_digits(stamp, 4, year_of_era + era * 400 + (month <= 2));
  put_digits(stamp + 5, 2, month);
  put_digits(stamp + 8, 2, day_of_year - (153 * from_march + 2) / 5 + 1);
}

/* The time of the records that follow; never before that of earlier ones. */
void set_time(uint64_t now) {
  static uint64_t shown_second = ~0ull, shown_day = ~0ull;
  if (now < ground->last_time) now = ground->last_time;
  ground->last_time = now;
  uint64_t second = now / SECOND_NS;
  if (second != shown_second) {
    shown_second = second;
    if (second / 86400 != shown_day) put_date(shown_day = second / 86400);
    put_digits(stamp + 11, 2, second / 3600 % 24);
    put_digits(stamp + 14, 2, second / 60 % 60);
    put_digits(stamp + 17, 2, second % 60);
  }
  put_digits(stamp + 20, 9, now % SECOND_NS);
}

size_t head_of(unsigned char *into, int stream, char tag) {
  memcpy(into, stamp, 30);
  into[30] = ' ';
  memcpy(into + 31, names[stream], 6);
  into[37] = ' ';
  into[38] = (unsigned char)tag;
  into[39] = ' ';
  return HEAD;
}

/* Musl's memchr looks at a word at a time; this is most of the work of a reader. */
typedef unsigned char block __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t halves __attribute__((vector_size(16)));

static const unsigned char *newline_in(const unsigned char *at, size_t length) {
  const unsigned char *end = at + length;
  for (; end - at >= 16; at += 16) {
    halves equal = (halves)(*(const block *)at == (unsigned char)'\n');
    if (equal[0] | equal[1]) break;
  }
  for (; at < end; at++)
    if (*at == '\n') return at;
  return NULL;
}

/* Without the beginning of a character of UTF-8 at the end. Other bytes are cut anywhere. */
static size_t whole_characters(const unsigned char *text, size_t length) {
  size_t first = length - 1;
  while (length - first < 4 && (text[first] & 0xC0) == 0x80) first--;
  unsigned char lead = text[first];
  size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return first + size > length ? first : length;
}

bool has_dropped(void) { return ground->dropped[0] || ground->dropped[1]; }

/* Reports dropped bytes once the disk takes them. */
void report_gap(uint64_t now) {
  if (!has_dropped() || steady_time() < retry_at) return;
  set_time(now);
  if (append_gap()) retry_at = steady_time() + RETRY_NS;
}

/*
 * Appends the batch; then everything before `to.begin` has been written. If the disk does not take it, it is dropped and
 * counted: a service is never held up by a full disk.
 */
static void append_batch(int stream, size_t length, union span to) {
  union span from = {.all = ground->span[stream]};
  report_gap(ground->last_time);
  ground->written_from = from.begin;
  ground->written_at = ground->end;
  barrier();
  ground->writing = 1 + (uint64_t)stream;
  barrier();
  fault("writing");
  if (has_dropped() || append(batch, length)) {
    if (!has_dropped()) retry_at = steady_time() + RETRY_NS;
    ground->dropped[stream] += to.begin - from.begin;
  }
  fault("appended");
  barrier();
  ground->span[stream] = to.all;
  barrier();
  fault("counted");
  ground->writing = 0;
}

/* Moves what is left to the front, unless it would overwrite itself; then a later call does. */
static void compact(int stream) {
  union span span = {.all = ground->span[stream]}, moved = span;
  unsigned char *bytes = ground_of(stream);
  size_t rest = span.end - span.begin;
  if (!span.begin || rest > span.begin) return;
  memcpy(bytes, bytes + span.begin, rest);
  fault("moved");
  moved.begin = 0;
  moved.end = rest;
  moved.dirty = span.end;
  barrier();
  ground->span[stream] = moved.all;
  barrier();
  fault("dirty");
  clear_ground(stream, rest, span.end);
  barrier();
  moved.dirty = 0;
  ground->span[stream] = moved.all;
}

/* Writes all whole lines of a stream, and pieces of MAX_TEXT of longer ones. */
void write_records(int stream, uint64_t read_at, bool also_unfinished) {
  union span span = {.all = ground->span[stream]};
  const unsigned char *bytes = ground_of(stream);
  unsigned char *out = batch;
  set_time(read_at);
  while (span.begin < span.end) {
    size_t left = span.end - span.begin, length = left < MAX_TEXT ? left : MAX_TEXT;
    const unsigned char *text = bytes + span.begin, *newline = newline_in(text, length);
    if (newline) length = (size_t)(newline - text);
    else if (left < MAX_TEXT && !also_unfinished) break;
    else if (left >= MAX_TEXT) length = whole_characters(text, length);
    if (out + HEAD + length + 1 > batch + BATCH) {
      append_batch(stream, (size_t)(out - batch), span);
      out = batch;
    }
    out += head_of(out, stream, newline ? 'F' : 'P');
    memcpy(out, text, length);
    out += length;
    *out++ = '\n';
    span.begin += length + (newline != NULL);
    span.unfinished = newline == NULL;
  }
  if (out > batch) append_batch(stream, (size_t)(out - batch), span);
  compact(stream);
}

/* At the end of a launch: the last lines are over, although they had no newline. */
void finish_records(uint64_t now) {
  for (int s = 0; s < STREAMS; s++) {
    write_records(s, now, true);
    union span span = {.all = ground->span[s]};
    if (!span.unfinished) continue;
    head_of(batch, s, 'F');
    batch[HEAD] = '\n';
    span.unfinished = 0;
    append_batch(s, HEAD + 1, span);
  }
  report_gap(now);
}

void release_records(void) { madvise(batch, BATCH, MADV_DONTNEED); }
