/*
 * Parses a frame. This happens in the fork that becomes the shim, so that no frame can harm the launcher. Memory mapped
 * by a failed parse is not unmapped, because that fork exits.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <string.h>
#include <sys/mman.h>

bool is_launch_id(const char *text) {
  return strspn(text, "0123456789abcdef") == LAUNCH_ID_LENGTH && !text[LAUNCH_ID_LENGTH];
}

bool begins_with_launch_id(const char *frame, size_t length) {
  return length > LAUNCH_ID_LENGTH && !frame[LAUNCH_ID_LENGTH] && is_launch_id(frame);
}

struct cursor {
  char *at, *end;
};

/* The next NUL-terminated string, or NULL if none is left. */
static char *next_string(struct cursor *c) {
  char *nul = c->at < c->end ? memchr(c->at, 0, (size_t)(c->end - c->at)) : NULL;
  if (!nul) return NULL;
  char *string = c->at;
  c->at = nul + 1;
  return string;
}

static bool next_number(struct cursor *c, long long *n) {
  const char *text = next_string(c);
  const char *end = text ? after_number(text, n) : NULL;
  return end && !*end;
}

/* `separate` or `merged`. */
static bool next_output(struct cursor *c, bool *is_merged) {
  const char *text = next_string(c);
  *is_merged = text && !strcmp(text, "merged");
  return text && (*is_merged || !strcmp(text, "separate"));
}

static bool next_limit(struct cursor *c, long long *limit) {
  const char *text = next_string(c);
  return text && is_limit(text, limit);
}

static size_t vector_size(size_t count) { return (count + 1) * sizeof(char *); }

/* A counted list of strings as a NULL-terminated vector. A string has at least one byte, which bounds the count. */
static char **next_strings(struct cursor *c, long long least) {
  long long count;
  if (!next_number(c, &count) || count < least || count > c->end - c->at) return NULL;
  char **strings = mmap(NULL, vector_size((size_t)count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (strings == MAP_FAILED) return NULL;
  for (long long i = 0; i < count; i++)
    if (!(strings[i] = next_string(c))) return NULL;
  return strings;
}

static void release_strings(char **strings) {
  size_t count = 0;
  while (strings[count]) count++;
  munmap(strings, vector_size(count));
}

bool parse_frame(char *frame, size_t length, struct launch *l) {
  struct cursor c = {frame, frame + length};
  const char **strings[] = {&l->id, &l->run_dir, &l->exits_dir, &l->lock_file, &l->log_dir};
  long long signal;
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
    if (!(*strings[i] = next_string(&c))) return false;
  if (!next_number(&c, &l->generation) || !next_number(&c, &l->max_bytes)) return false;
  if (!next_output(&c, &l->is_merged) || !(l->cwd = next_string(&c))) return false;
  if (!next_number(&c, &signal) || signal < 1 || signal > 64 || !next_number(&c, &l->grace_ms)) return false;
  l->stop_signal = (int)signal;
  for (int i = 0; i < LIMIT_COUNT; i++)
    if (!next_limit(&c, &l->limits[i])) return false;
  if (!(l->account = next_string(&c)) || !is_account(l->account)) return false;
  return (l->argv = next_strings(&c, 1)) && (l->envp = next_strings(&c, 0)) && c.at == c.end;
}

void release_frame(char *frame, size_t length, const struct launch *l) {
  release_strings(l->argv);
  release_strings(l->envp);
  munmap(frame, length);
}
