/*
 * Forwards messages to the service manager (`notify`): each line of standard input becomes one datagram to
 * $NOTIFY_SOCKET (sd_notify(3)). Node has no datagram sockets of that family. Exits at the end of its input, and with
 * its host.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EXIT_NO_SOCKET 69 /* EX_UNAVAILABLE */

static struct sockaddr_un address;
static socklen_t address_length;

/* A path, or a name in the abstract namespace, written with '@' in place of the zero byte. */
static bool take_address(const char *name) {
  size_t length = name ? strlen(name) : 0;
  if (length < 2 || length >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) return false;
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, name, length);
  if (name[0] == '@') address.sun_path[0] = 0;
  /* An abstract name ends at the given length, a path at its zero byte. */
  address_length = offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/');
  return true;
}

/* A manager that is being replaced briefly has no socket; messages in that time are lost, as with any sender. */
static void send_line(int fd, const char *line, size_t length) {
  ssize_t sent;
  if (length == 0) return;
  do {
    sent = sendto(fd, line, length, MSG_NOSIGNAL, (struct sockaddr *)&address, address_length);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) complain("cannot notify the service manager", errno);
}

/* A line longer than the buffer is sent in parts, which the manager does not understand; no sender writes such a line. */
int notify(void) {
  static char buffer[4096];
  size_t filled = 0;
  pid_t host = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != host) return 0;
  if (!take_address(getenv("NOTIFY_SOCKET"))) {
    complain("NOTIFY_SOCKET must be an absolute path or a name that begins with @", 0);
    return EXIT_NO_SOCKET;
  }
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    complain("cannot create a socket", errno);
    return EXIT_NO_SOCKET;
  }
  for (;;) {
    ssize_t got = read(0, buffer + filled, sizeof buffer - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += got;
    char *line = buffer, *end;
    while ((end = memchr(line, '\n', buffer + filled - line))) {
      send_line(fd, line, end - line);
      line = end + 1;
    }
    filled = buffer + filled - line;
    memmove(buffer, line, filled);
    if (filled == sizeof buffer) {
      send_line(fd, buffer, filled);
      filled = 0;
    }
  }
  send_line(fd, buffer, filled);
  return 0;
}
