/*
 * The output of a service on its way from two FIFOs into log files (docs/logs.md).
 *
 *   output.c    reads the FIFOs
 *   records.c   forms records of what was read
 *   segments.c  appends records to the segments of a launch, within its bound
 *   ground.c    memory that survives the death of its reader, and where the next reader continues
 *   reader.c    the command `reader`: reads on when the shim has been killed
 *
 * A reader may be killed at any instruction, and nothing may be lost or written twice. So bytes are read directly into
 * memory that is shared with a file (the ground): they are either still in the pipe or already in the ground. The ground
 * says which of them are in the log, and a write that was in progress is completed by looking at what it has left there.
 */
#ifndef COREDINATOR_OUTPUT_H
#define COREDINATOR_OUTPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAMS 2 /* stdout and stderr */

/* The longest text of a record. Log shippers give up a file that has a line over 32 KiB. */
#define MAX_TEXT 16384
/* `2026-11-27T10:00:00.123456789Z stdout F ` */
#define HEAD 40
/* The least room that a read is offered: a writer with O_DIRECT makes packets, and a smaller read would cut them. */
#define PACKET 4096
/* An unfinished line is shorter than MAX_TEXT, and can stand behind as many bytes that have been written. */
#define MAX_GROUND (2 * MAX_TEXT + PACKET)

/* The bytes of a stream that were read. All fields change with one store, so a kill sees the old or the new ones. */
union span {
  struct {
    uint64_t begin : 21, end : 21; /* read, and not yet in the log */
    uint64_t dirty : 21;           /* not 0: behind `end`, up to here, lie bytes that were moved to the front */
    uint64_t unfinished : 1;       /* the last record of the stream was not the end of its line */
  };
  uint64_t all;
};

/* What survives a reader, at the beginning of its file; one page. Times are nanoseconds since 1970. */
struct ground {
  volatile uint64_t span[STREAMS];
  volatile uint64_t room[STREAMS]; /* the bytes of the stream's ground that can be used */
  volatile uint64_t writing;       /* 1 + stream while records of it are being appended */
  volatile uint64_t written_from;  /* `begin` of its span before that */
  volatile uint64_t written_at;    /* the end of the log before that */
  volatile uint64_t end;           /* the end of the log: bytes of records since the launch */
  volatile uint64_t last_time;     /* of the newest record: times never go back within a launch */
  volatile uint64_t dropped[STREAMS]; /* bytes that could not be written and are not reported as a gap yet */
};

/* ground.c: one for each process. */
extern struct ground *ground;
int open_ground(int run_dir);
int prepare_ground(void);
unsigned char *ground_of(int stream);
bool grow_ground(int stream);
void clear_ground(int stream, size_t from, size_t to);
void release_ground(void);

/* segments.c: `append` returns 0 if all of it is in the log, else an errno, and nothing of it is. */
int open_segments(const char *log_dir, long long generation, long long max_bytes);
int append(const unsigned char *bytes, size_t length);
int append_gap(void);
bool newest_segment(uint64_t *start, uint64_t *end);
size_t read_segment(uint64_t at, unsigned char *into, size_t size);
void continue_at(uint64_t end);

/* records.c */
void write_records(int stream, uint64_t read_at, bool also_unfinished);
void finish_records(uint64_t now);
bool has_dropped(void);
void report_gap(uint64_t now);
size_t head_of(unsigned char *into, int stream, char tag);
void set_time(uint64_t now);
uint64_t wall_time(void);
uint64_t steady_time(void);
void release_records(void);

/*
 * output.c: for its own process only, as all of these. Functions that can fail return 0 or an errno. `open_output` opens
 * all files, and `begin_output` makes them ready, for which a service that has started does not wait.
 */
int open_output(int run_dir, const char *log_dir, long long generation, long long max_bytes);
int begin_output(void);
long long output_buffer(bool is_merged);
int open_output_end(int run_dir, int stream);
void output_pollfds(struct pollfd into[STREAMS]);
int output_timeout(void);
void serve_output(const struct pollfd polled[STREAMS]);
void drain_output(void);
bool output_is_open(void);
long long output_end(void);
void close_output(void);
void report_last_gap(void);

/* reader.c: returns the exit code. */
int reader(const char *run_dir, const char *log_dir, long long generation, long long max_bytes);

/* For the specs: ends the process here if the environment says so (FAULT=NAME:COUNT). */
#ifdef SHIM_WITH_FAULTS
void fault(const char *name);
#else
#define fault(name) ((void)0)
#endif

#define barrier() __asm__ volatile("" ::: "memory")

#endif
