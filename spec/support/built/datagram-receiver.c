/* The receiving end of sd_notify: binds argv[1] (a path, or @NAME) and prints each datagram as a line. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char datagram[8192];
  ssize_t length;
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 64;
  memcpy(address.sun_path, argv[1], strlen(argv[1]));
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + strlen(argv[1]) + (argv[1][0] != '@');
  if (argv[1][0] == '@') address.sun_path[0] = 0;
  if (bind(fd, (struct sockaddr *)&address, size) < 0) return 1;
  puts("bound");
  fflush(stdout);
  while ((length = recv(fd, datagram, sizeof datagram, 0)) >= 0) {
    printf("%.*s\n", (int)length, datagram);
    fflush(stdout);
  }
  return 1;
}
