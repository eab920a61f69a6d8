/*
 * `reader RUN_DIR LOG_DIR GENERATION MAX_BYTES`: reads the output of a launch whose shim was killed, exactly from where the
 * shim was, until no writer is left.
 */
#define _GNU_SOURCE
#include "output.h"
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define EXIT_CANNOT_OPEN 1
#define EXIT_THERE_IS_ONE 75

int reader(const char *run_dir, const char *log_dir, long long generation, long long max_bytes) {
  int run = open(run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (run < 0) return complain(run_dir, errno), EXIT_CANNOT_OPEN;
  int error = open_output(run, log_dir, generation, max_bytes);
  if (error == EWOULDBLOCK) return EXIT_THERE_IS_ONE;
  if (!error) error = begin_output();
  if (error) return complain("the output cannot be read", error), EXIT_CANNOT_OPEN;
  (void)!chdir("/");
  while (output_is_open()) {
    struct pollfd fds[STREAMS];
    output_pollfds(fds);
    poll(fds, STREAMS, output_timeout());
    serve_output(fds);
  }
  close_output();
  report_last_gap();
  return 0;
}
