/*
 * antrea-cni: the CNI plugin. It decides nothing: it carries its environment and standard input to the agent as one
 * HTTP/1.1 request over the agent's local socket, prints the answer and exits. The container runtime starts it for
 * every Pod on a host that has no Node.js, hence a small static program.
 *
 *   POST /cni                        body: CNI_COMMAND=ADD\0 CNI_CONTAINERID=...\0 ... \0 <standard input>
 *   HTTP/1.1 200 + Content-Length    a CNI result: printed, exit code 0
 *   any other status                 a CNI error object: printed, exit code 1
 *
 * It never hangs: everything together has DEADLINE_MS. An answer that is cut off is never printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/var/run/antrea/cni.sock"
#define SUPPORTED_VERSIONS "[\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]"
#define DEADLINE_MS 110000 /* below the two minutes that container runtimes grant */
#define MAX_CONFIG (1 << 20)
#define MAX_ANSWER (4 << 20)

enum { CNI_INVALID_ENVIRONMENT = 4, CNI_IO_FAILURE = 5, CNI_DECODING_FAILURE = 6, CNI_TRY_AGAIN_LATER = 11 };

struct buffer {
  char *data;
  size_t length, capacity;
};

/* Prints a CNI error object. Only our own words and errno texts go in: nothing needs escaping. */
static void fail(int code, const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  for (char *c = message; *c; c++)
    if (*c == '"' || *c == '\\' || (unsigned char)*c < 0x20) *c = ' ';
  printf("{\"cniVersion\":\"1.0.0\",\"code\":%d,\"msg\":\"%s\"}\n", code, message);
  fflush(stdout);
  exit(1);
}

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until fd can be read or written; gives up at the common deadline. */
static void wait_for(int fd, short events, long long deadline, const char *what) {
  for (;;) {
    long long left = deadline - now_ms();
    if (left <= 0) fail(CNI_TRY_AGAIN_LATER, "antrea-agent did not answer within %d s (%s), try again later", DEADLINE_MS / 1000, what);
    struct pollfd p = {.fd = fd, .events = events};
    int ready = poll(&p, 1, (int)left);
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) fail(CNI_IO_FAILURE, "poll while %s: %s", what, strerror(errno));
  }
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
static void read_all(int fd, struct buffer *b, size_t limit, long long deadline, const char *what) {
  for (;;) {
    reserve(b, 4096, limit + 4096, what);
    wait_for(fd, POLLIN, deadline, what);
    ssize_t n = read(fd, b->data + b->length, b->capacity - b->length);
    if (n == 0) return;
    if (n < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      fail(errno == ECONNRESET ? CNI_TRY_AGAIN_LATER : CNI_IO_FAILURE, "cannot read %s: %s", what, strerror(errno));
    }
    b->length += (size_t)n;
  }
}

static void write_all(int fd, const char *data, size_t length, long long deadline) {
  while (length > 0) {
    wait_for(fd, POLLOUT, deadline, "sending the request");
    ssize_t n = write(fd, data, length);
    if (n < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      fail(CNI_TRY_AGAIN_LATER, "antrea-agent went away (%s), try again later", strerror(errno));
    }
    data += n;
    length -= (size_t)n;
  }
}

static int connect_agent(long long deadline) {
  const char *path = getenv("ANTREA_CNI_SOCKET");
  if (!path || !*path) path = DEFAULT_SOCKET;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) fail(CNI_INVALID_ENVIRONMENT, "socket path %s is too long", path);
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail(CNI_IO_FAILURE, "socket: %s", strerror(errno));
  while (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    /* EAGAIN: the agent's backlog is full, many Pods at once. */
    if (errno == EINTR || errno == EAGAIN) {
      if (now_ms() >= deadline) break;
      struct timespec pause = {.tv_nsec = 5000000};
      nanosleep(&pause, NULL);
      continue;
    }
    fail(CNI_TRY_AGAIN_LATER, "antrea-agent is not running (connect to %s: %s), try again later", path, strerror(errno));
  }
  return fd;
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
    fail(CNI_IO_FAILURE, "cannot write to standard output: %s", strerror(errno));
  return status == 200 ? 0 : 1;
}

int main(void) {
  static const char *const variables[] = {"CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH"};
  long long deadline = now_ms() + DEADLINE_MS;
  signal(SIGPIPE, SIG_IGN);

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
  read_all(STDIN_FILENO, &config, MAX_CONFIG, deadline, "standard input");
  append(&body, config.data, config.length);

  char head[160];
  int head_length = snprintf(head, sizeof head,
                             "POST /cni HTTP/1.1\r\nHost: antrea-agent\r\nContent-Type: application/x-cni-call\r\n"
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n", body.length);
  int fd = connect_agent(deadline);
  write_all(fd, head, (size_t)head_length, deadline);
  write_all(fd, body.data, body.length, deadline);
  read_all(fd, &answer, MAX_ANSWER, deadline, "the answer");
  return print_answer(&answer);
}
