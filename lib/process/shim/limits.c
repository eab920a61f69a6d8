/* The resource limits of a launch, both soft and hard. */
#define _GNU_SOURCE
#include "shim.h"

#include <string.h>
#include <sys/resource.h>

#define USUAL_OPEN_FILES 1024

/* In the order of the frame, with the names of the configuration. */
static const struct {
  int resource;
  const char *name;
} limits[LIMIT_COUNT] = {
    {RLIMIT_NOFILE, "open_files"},
    {RLIMIT_NPROC, "processes"},
    {RLIMIT_CORE, "core_size"},
    {RLIMIT_AS, "address_space"},
};

/* Node raises the soft limit to the hard limit at start, which harms programs that close or select() all descriptors. */
static void lower_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  limit.rlim_cur = limit.rlim_max < USUAL_OPEN_FILES ? limit.rlim_max : USUAL_OPEN_FILES;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* A number, `unlimited`, or empty: unchanged. */
bool is_limit(const char *text, long long *limit) {
  *limit = *text ? LIMIT_NONE : LIMIT_AS_IT_IS;
  if (!*text || !strcmp(text, "unlimited")) return true;
  const char *end = after_number(text, limit);
  return end && !*end;
}

const char *set_limits(const long long wanted[LIMIT_COUNT]) {
  lower_open_files();
  for (int i = 0; i < LIMIT_COUNT; i++) {
    if (wanted[i] == LIMIT_AS_IT_IS) continue;
    rlim_t value = wanted[i] == LIMIT_NONE ? RLIM_INFINITY : (rlim_t)wanted[i];
    if (setrlimit(limits[i].resource, &(struct rlimit){value, value}) < 0) return limits[i].name;
  }
  return NULL;
}
