/*
 * antrea-cni: the CNI plugin. It decides nothing: it carries its environment and standard input to the agent as one
 * HTTP/1.1 request over the agent's local socket, prints the answer and exits. The container runtime starts it for
 * every Pod on a host that has no Node.js, hence a small static program.
 *
 *   POST /cni                        body: CNI_COMMAND=ADD\0 CNI_CONTAINERID=...\0 ... \0 <standard input>
 *   HTTP/1.1 200 + Content-Length    a CNI result: printed, exit code 0
 *   any other status                 a CNI error object: printed, exit code 1
 *
 * It never hangs: everything together has DEADLINE_MS. An answer that is cut off is never printed. What differs between
 * Linux (Unix socket) and Windows (named pipe) is in the section "platform".
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SUPPORTED_VERSIONS "[\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]"
#define DEADLINE_MS 110000 /* below the two minutes that container runtimes grant */
#define MAX_CONFIG (1 << 20)
#define MAX_ANSWER (4 << 20)

enum { CNI_INVALID_ENVIRONMENT = 4, CNI_IO_FAILURE = 5, CNI_DECODING_FAILURE = 6, CNI_TRY_AGAIN_LATER = 11 };
enum { END_OF_FILE = 0, FAILED = -1, TIMED_OUT = -2 };

struct buffer {
  char *data;
  size_t length, capacity;
};

/* Prints a CNI error object and ends. */
static void fail(int code, const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  printf("{\"cniVersion\":\"1.0.0\",\"code\":%d,\"msg\":\"", code);
  for (const char *c = message; *c; c++) {
    if (*c == '"' || *c == '\\') putchar('\\');
    putchar((unsigned char)*c < 0x20 ? ' ' : *c);
  }
  puts("\"}");
  fflush(stdout);
  exit(1);
}

/* ---- platform: each side defines now_ms, start_platform, open_agent, the channels, read_some, write_some, last_error */

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#define DEFAULT_SOCKET "\\\\.\\pipe\\cnisock"
typedef HANDLE channel;

static long long now_ms(void) { return (long long)GetTickCount64(); }
static void start_platform(void) { _setmode(_fileno(stdout), _O_BINARY); }
static channel standard_input(void) { return GetStdHandle(STD_INPUT_HANDLE); }
static int is_gone(void) { DWORD e = GetLastError(); return e == ERROR_BROKEN_PIPE || e == ERROR_PIPE_NOT_CONNECTED || e == ERROR_NO_DATA; }
static const char *last_error(void) {
  static char text[48];
  snprintf(text, sizeof text, "Windows error %lu", GetLastError());
  return text;
}

/* All instances of the pipe may be busy for a moment: many Pods at once. */
static int open_agent(const char *path, long long deadline, channel *agent) {
  for (;;) {
    *agent = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    if (*agent != INVALID_HANDLE_VALUE) return 0;
    if (GetLastError() != ERROR_PIPE_BUSY || now_ms() >= deadline) return FAILED;
    WaitNamedPipeA(path, 50);
  }
}

/* One overlapped operation, given up at the deadline. Standard input is opened without overlapping: it ignores it. */
static long transfer(channel c, char *data, size_t size, long long deadline, int writes) {
  OVERLAPPED o = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
  DWORD n = 0;
  long long left = deadline - now_ms();
  BOOL done = writes ? WriteFile(c, data, (DWORD)size, &n, &o) : ReadFile(c, data, (DWORD)size, &n, &o);
  if (!done && GetLastError() == ERROR_IO_PENDING) {
    if (WaitForSingleObject(o.hEvent, left > 0 ? (DWORD)left : 0) == WAIT_TIMEOUT) {
      CancelIo(c);
      CloseHandle(o.hEvent);
      return TIMED_OUT;
    }
    done = GetOverlappedResult(c, &o, &n, FALSE);
  }
  DWORD error = GetLastError();
  CloseHandle(o.hEvent);
  SetLastError(error);
  if (done) return (long)n;
  return !writes && (is_gone() || error == ERROR_HANDLE_EOF) ? END_OF_FILE : FAILED;
}
static long read_some(channel c, char *data, size_t size, long long deadline) {
  DWORD n = 0;
  if (c != standard_input()) return transfer(c, data, size, deadline, 0);
  if (ReadFile(c, data, (DWORD)size, &n, NULL)) return (long)n;
  return is_gone() || GetLastError() == ERROR_HANDLE_EOF ? END_OF_FILE : FAILED;
}
static long write_some(channel c, const char *data, size_t size, long long deadline) {
  return transfer(c, (char *)data, size, deadline, 1);
}

#else
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#define DEFAULT_SOCKET "/var/run/antrea/cni.sock"
typedef int channel;

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static void start_platform(void) { signal(SIGPIPE, SIG_IGN); }
static channel standard_input(void) { return STDIN_FILENO; }
static int is_gone(void) { return errno == ECONNRESET; }
static const char *last_error(void) { return strerror(errno); }

static int open_agent(const char *path, long long deadline, channel *agent) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return errno = ENAMETOOLONG, FAILED;
  strcpy(address.sun_path, path);
  *agent = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (*agent < 0) return FAILED;
  while (connect(*agent, (struct sockaddr *)&address, sizeof address) < 0) {
    /* EAGAIN: the agent's backlog is full, many Pods at once. */
    if ((errno != EINTR && errno != EAGAIN) || now_ms() >= deadline) return FAILED;
    struct timespec pause = {.tv_nsec = 5000000};
    nanosleep(&pause, NULL);
  }
  return 0;
}

/* Waits until the channel can be read or written, at the longest until the deadline. */
static int wait_for(channel c, short events, long long deadline) {
  for (;;) {
    long long left = deadline - now_ms();
    if (left <= 0) return TIMED_OUT;
    struct pollfd p = {.fd = c, .events = events};
    int ready = poll(&p, 1, (int)left);
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return FAILED;
  }
}
static long read_some(channel c, char *data, size_t size, long long deadline) {
  for (;;) {
    int waited = wait_for(c, POLLIN, deadline);
    if (waited != 0) return waited;
    ssize_t n = read(c, data, size);
    if (n >= 0) return (long)n;
    if (errno != EINTR && errno != EAGAIN) return FAILED;
  }
}
static long write_some(channel c, const char *data, size_t size, long long deadline) {
  for (;;) {
    int waited = wait_for(c, POLLOUT, deadline);
    if (waited != 0) return waited;
    ssize_t n = write(c, data, size);
    if (n >= 0) return (long)n;
    if (errno != EINTR && errno != EAGAIN) return FAILED;
  }
}
#endif

/* ---- the same everywhere */

static void check(long result, const char *what) {
  if (result == TIMED_OUT)
    fail(CNI_TRY_AGAIN_LATER, "antrea-agent did not answer within %d s (%s), try again later", DEADLINE_MS / 1000, what);
  if (result == FAILED)
    fail(is_gone() ? CNI_TRY_AGAIN_LATER : CNI_IO_FAILURE, "cannot transfer %s: %s", what, last_error());
}

static void reserve(struct buffer *b, size_t more, size_t limit, const char *what) {
  if (b->length + more > limit) fail(CNI_DECODING_FAILURE, "%s is larger than %zu bytes", what, limit);
  if (b->length + more <= b->capacity) return;
  size_t capacity = b->capacity ? b->capacity : 8192;
  while (capacity < b->length + more) capacity *= 2;
  char *data = realloc(b->data, capacity);
  if (!data) fail(CNI_IO_FAILURE, "out of memory for %s", what);
  b->data = data;
  b->capacity = capacity;
}

static void append(struct buffer *b, const void *data, size_t length) {
  reserve(b, length, MAX_CONFIG + (64 << 10), "the request");
  memcpy(b->data + b->length, data, length);
  b->length += length;
}

/* Reads until end of file. */
static void read_all(channel c, struct buffer *b, size_t limit, long long deadline, const char *what) {
  for (;;) {
    reserve(b, 4096, limit + 4096, what);
    long n = read_some(c, b->data + b->length, b->capacity - b->length, deadline);
    check(n, what);
    if (n == END_OF_FILE) return;
    b->length += (size_t)n;
  }
}

static void write_all(channel c, const char *data, size_t length, long long deadline) {
  while (length > 0) {
    long n = write_some(c, data, length, deadline);
    if (n == FAILED) fail(CNI_TRY_AGAIN_LATER, "antrea-agent went away (%s), try again later", last_error());
    check(n, "the request");
    data += n;
    length -= (size_t)n;
  }
}

static channel connect_agent(long long deadline) {
  const char *path = getenv("ANTREA_CNI_SOCKET");
  if (!path || !*path) path = DEFAULT_SOCKET;
  channel agent;
  if (open_agent(path, deadline, &agent) != 0)
    fail(CNI_TRY_AGAIN_LATER, "antrea-agent is not running (connect to %s: %s), try again later", path, last_error());
  return agent;
}

/* Finds a header in the head of the answer; the head is NUL-terminated. */
static const char *header(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
    if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') return line + 3 + length;
  return NULL;
}

static int print_answer(struct buffer *answer) {
  reserve(answer, 1, MAX_ANSWER + 8192, "the answer");
  answer->data[answer->length] = '\0';
  char *end = strstr(answer->data, "\r\n\r\n");
  if (!end || strncmp(answer->data, "HTTP/1.1 ", 9) != 0)
    fail(CNI_TRY_AGAIN_LATER, "antrea-agent went away before it answered, try again later");
  size_t body_at = (size_t)(end - answer->data) + 4;
  *end = '\0';
  int status = atoi(answer->data + 9);
  const char *length = header(answer->data, "content-length");
  if (!length || strtoull(length, NULL, 10) != answer->length - body_at)
    fail(CNI_TRY_AGAIN_LATER, "antrea-agent's answer was cut off, try again later");
  size_t left = answer->length - body_at;
  const char *body = answer->data + body_at;
  if (fwrite(body, 1, left, stdout) != left || fflush(stdout) != 0)
    fail(CNI_IO_FAILURE, "cannot write to standard output: %s", last_error());
  return status == 200 ? 0 : 1;
}

int main(void) {
  static const char *const variables[] = {"CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH"};
  long long deadline = now_ms() + DEADLINE_MS;
  start_platform();

  const char *command = getenv("CNI_COMMAND");
  if (!command || !*command)
    fail(CNI_INVALID_ENVIRONMENT, "CNI_COMMAND is not set: this program is a CNI plugin, run by the container runtime");
  /* The one question that needs no agent, and must have an answer before there is one. */
  if (strcmp(command, "VERSION") == 0) {
    printf("{\"cniVersion\":\"1.0.0\",\"supportedVersions\":%s}\n", SUPPORTED_VERSIONS);
    return 0;
  }

  struct buffer body = {0}, config = {0}, answer = {0};
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *value = getenv(variables[i]);
    if (!value) continue;
    append(&body, variables[i], strlen(variables[i]));
    append(&body, "=", 1);
    append(&body, value, strlen(value) + 1);
  }
  append(&body, "", 1);
  read_all(standard_input(), &config, MAX_CONFIG, deadline, "standard input");
  append(&body, config.data, config.length);

  char head[160];
  int head_length = snprintf(head, sizeof head,
                             "POST /cni HTTP/1.1\r\nHost: antrea-agent\r\nContent-Type: application/x-cni-call\r\n"
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n", body.length);
  channel agent = connect_agent(deadline);
  write_all(agent, head, (size_t)head_length, deadline);
  write_all(agent, body.data, body.length, deadline);
  read_all(agent, &answer, MAX_ANSWER, deadline, "the answer");
  return print_answer(&answer);
}
