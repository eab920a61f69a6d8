/*
 * A load on an HTTP server: the request on stdin, again and again on each of several connections, a new one as soon as the
 * response is complete. Responses need a Content-Length and status 200.
 *
 *   coreload PORT CONNECTIONS SECONDS [PAUSE_MS]   prints `<responses per second> <median us> <p99 us>`
 *
 * With a pause, which is for a single connection, the next request is sent so long after a response. SIGTERM ends it earlier.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define MAX_SAMPLES 4000000

struct connection {
  int fd;
  long long begun;
  size_t head; /* bytes of the response head so far */
  long long left; /* bytes of the body that are missing; -1: the head is not complete */
  char text[8192];
};

static char request[4096];
static size_t request_size;
static unsigned *samples;
static size_t sample_count;
static volatile sig_atomic_t is_ended;

static void end(int number) {
  (void)number;
  is_ended = 1;
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *why) {
  fprintf(stderr, "coreload: %s%s%s\n", why, errno ? ": " : "", errno ? strerror(errno) : "");
  exit(1);
}

static void ask(struct connection *c) {
  c->head = 0;
  c->left = -1;
  c->begun = now();
  if (write(c->fd, request, request_size) != (ssize_t)request_size) fail("a request could not be written");
}

static void connect_to(struct connection *c, int port, int poll) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) fail("no connection");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event) != 0) fail("epoll");
}

/* Reads what is there; 1 once the response is complete. */
static int take(struct connection *c) {
  if (c->left >= 0) {
    char rest[65536];
    ssize_t size = read(c->fd, rest, sizeof rest);
    if (size <= 0) fail("a connection was closed in a body");
    c->left -= size;
    return c->left <= 0;
  }
  ssize_t size = read(c->fd, c->text + c->head, sizeof c->text - 1 - c->head);
  if (size <= 0) fail("a connection was closed; the server does not keep connections");
  c->head += (size_t)size;
  c->text[c->head] = '\0';
  char *end = strstr(c->text, "\r\n\r\n");
  if (end == NULL) return c->head < sizeof c->text - 1 ? 0 : (fail("the head of a response is too long"), 0);
  errno = 0;
  if (strncmp(c->text + 9, "200", 3) != 0) fail(c->text);
  char *length = strcasestr(c->text, "\r\nContent-Length:");
  if (length == NULL || length > end) fail("a response has no Content-Length");
  c->left = atoll(length + 17) - (long long)(c->head - (size_t)(end + 4 - c->text));
  return c->left <= 0;
}

static int by_size(const void *a, const void *b) {
  unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc != 4 && argc != 5) return 2;
  int port = atoi(argv[1]), count = atoi(argv[2]);
  double seconds = atof(argv[3]);
  int pause_ms = argc == 5 ? atoi(argv[4]) : 0;
  if (count < 1 || count > MAX_CONNECTIONS || (pause_ms > 0 && count > 1)) return 2;
  signal(SIGTERM, end);
  request_size = fread(request, 1, sizeof request, stdin);
  samples = malloc(MAX_SAMPLES * sizeof *samples);
  static struct connection all[MAX_CONNECTIONS];
  int poll = epoll_create1(EPOLL_CLOEXEC);
  if (samples == NULL || poll < 0) fail("no memory");
  for (int i = 0; i < count; i++) connect_to(&all[i], port, poll);
  long long begun = now(), until = begun + (long long)(seconds * 1e9);
  for (int i = 0; i < count; i++) ask(&all[i]);
  while (!is_ended && now() < until) {
    struct epoll_event events[64];
    int ready = epoll_wait(poll, events, 64, 1000);
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (!take(c)) continue;
      if (sample_count < MAX_SAMPLES) samples[sample_count++] = (unsigned)((now() - c->begun) / 1000);
      if (pause_ms > 0) usleep((useconds_t)pause_ms * 1000);
      ask(c);
    }
  }
  double took = (double)(now() - begun) / 1e9;
  if (sample_count == 0) fail("there was no response");
  qsort(samples, sample_count, sizeof *samples, by_size);
  printf("%.1f %u %u\n", (double)sample_count / took, samples[sample_count / 2], samples[sample_count * 99 / 100]);
  return 0;
}
