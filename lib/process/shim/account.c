/* The user, group and supplementary groups of a program: `UID:GID:GROUP,GROUP...`; empty: those of the launcher. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

#define MAX_GROUPS 65536 /* NGROUPS_MAX of Linux */
#define MAX_ID 4294967294LL /* the number above it means "unchanged" */

static gid_t groups[MAX_GROUPS];

/* Parses an id and the character after it; returns the position after that, or NULL. */
static const char *next_id(const char *at, char after, long long *id) {
  const char *end = after_number(at, id);
  return end && *end == after && *id <= MAX_ID ? end + (after != 0) : NULL;
}

/* Returns the number of groups, or -1 if the text is invalid. */
static int parse(const char *at, long long *uid, long long *gid) {
  int count = 0;
  if (!(at = next_id(at, ':', uid)) || !(at = next_id(at, ':', gid))) return -1;
  for (;;) {
    long long group;
    const char *further = next_id(at, ',', &group);
    if (count == MAX_GROUPS || (!further && !next_id(at, 0, &group))) return -1;
    groups[count++] = (gid_t)group;
    if (!further) return count;
    at = further;
  }
}

bool is_account(const char *account) {
  long long uid, gid;
  return !*account || parse(account, &uid, &gid) >= 0;
}

bool take_account(const char *account) {
  long long uid, gid;
  if (!*account) return true;
  int count = parse(account, &uid, &gid);
  if (count < 0) {
    errno = EINVAL;
    return false;
  }
  /* The user last: after that, the groups can no longer be changed. */
  return setgroups((size_t)count, groups) == 0 && setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) == 0 &&
         setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) == 0;
}
