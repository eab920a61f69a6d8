/* A process that continues without its main thread. It ends on SIGTERM, or with the given code once the given file exists. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static char **words;

static void *live_on(void *nothing) {
  (void)nothing;
  while (access(words[1], F_OK) < 0) usleep(10000);
  exit(atoi(words[2]));
}

int main(int count, char **values) {
  pthread_t other;
  if (count < 3) return 64;
  words = values;
  pthread_create(&other, NULL, live_on, NULL);
  pthread_exit(NULL);
}
