// The Host Network and Host Compute Services of a machine that is not there: what computenetwork.dll and vmcompute.dll
// export as far as we call it. One source, built as a DLL for Wine and as a shared object for Linux.
//
//   FAKE_HNS_STATE   file with the state, a JSON object a line; it outlives the process, as HNS does
//   FAKE_HNS_FAULTS  file with faults, one a line, each used once: METHOD PATH-PREFIX ERROR-TEXT | METHOD PATH-PREFIX hang MS |
//                    METHOD PATH-PREFIX pass, so that one of the calls after it fails. ANY is every method.
//
// Every call reads the state, and writes it when it changed it: several processes may share a machine.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#ifdef _WIN32
#include <objbase.h>
#include <windows.h>
#define EXPORT __declspec(dllexport)
#define API __stdcall
static void sleep_ms(unsigned ms) { Sleep(ms); }
// Not the C library's copy of the environment: Node.js changes the process's own.
static const char *setting(const char *name) {
  static char values[2][MAX_PATH];
  char *value = values[strcmp(name, "FAKE_HNS_STATE") != 0];
  return GetEnvironmentVariableA(name, value, MAX_PATH) ? value : NULL;
}
// Fails while another process has the file open, which is never long.
static void replace_file(const char *from, const char *to) {
  for (int attempt = 0; !MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING) && attempt < 200; attempt++) Sleep(5);
}
// By its name: both libraries are copies of this one, and other processes have theirs.
static HANDLE mutex(void) {
  static HANDLE held;
  if (!held) held = CreateMutexA(NULL, FALSE, "fake-hns");
  return held;
}
static void enter(void) { WaitForSingleObject(mutex(), INFINITE); }
static void leave(void) { ReleaseMutex(mutex()); }
#else
#include <pthread.h>
#define EXPORT __attribute__((visibility("default")))
#define API
static void *CoTaskMemAlloc(size_t size) { return malloc(size); }
EXPORT void CoTaskMemFree(void *memory) { free(memory); }
static void replace_file(const char *from, const char *to) { rename(from, to); }
static const char *setting(const char *name) { return getenv(name); }
static void sleep_ms(unsigned ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
  nanosleep(&time, NULL);
}
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void enter(void) { pthread_mutex_lock(&lock); }
static void leave(void) { pthread_mutex_unlock(&lock); }
#endif

typedef uint16_t wide;
typedef int32_t HResult;
#define OK 0
#define FAILED_GENERIC ((HResult)0x80004005)
#define INVALID_ARGUMENT ((HResult)0x80070057)
#define NOT_FOUND_ENDPOINT ((HResult)0x803b0002)
#define NOT_FOUND_NAMESPACE ((HResult)0x803b0021)
#define NOT_FOUND_SYSTEM ((HResult)0xc037010e)

// ---- text

static char *format(const char *pattern, ...) {
  va_list args;
  va_start(args, pattern);
  int length = vsnprintf(NULL, 0, pattern, args);
  va_end(args);
  char *text = malloc((size_t)length + 1);
  va_start(args, pattern);
  vsnprintf(text, (size_t)length + 1, pattern, args);
  va_end(args);
  return text;
}

static char *narrow(const wide *text) {
  if (!text) return strdup("");
  size_t length = 0;
  while (text[length]) length++;
  char *out = malloc(length * 4 + 1), *to = out;
  for (size_t i = 0; i < length; i++) {
    uint32_t c = text[i];
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < length) c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00u);
    if (c < 0x80) *to++ = (char)c;
    else if (c < 0x800) *to++ = (char)(0xc0 | c >> 6), *to++ = (char)(0x80 | (c & 63));
    else if (c < 0x10000) *to++ = (char)(0xe0 | c >> 12), *to++ = (char)(0x80 | (c >> 6 & 63)), *to++ = (char)(0x80 | (c & 63));
    else *to++ = (char)(0xf0 | c >> 18), *to++ = (char)(0x80 | (c >> 12 & 63)), *to++ = (char)(0x80 | (c >> 6 & 63)), *to++ = (char)(0x80 | (c & 63));
  }
  *to = 0;
  return out;
}

static wide *widen(const char *text) {
  wide *out = CoTaskMemAlloc((strlen(text) + 1) * 2), *to = out;
  for (const unsigned char *from = (const unsigned char *)text; *from;) {
    uint32_t c = *from++;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
    if (more) c &= 0x3fu >> more;
    while (more-- && *from) c = c << 6 | (*from++ & 63);
    if (c < 0x10000) *to++ = (wide)c;
    else *to++ = (wide)(0xd800 + ((c - 0x10000) >> 10)), *to++ = (wide)(0xdc00 + ((c - 0x10000) & 0x3ff));
  }
  *to = 0;
  return out;
}

// The value of a string field of the outermost object, as it stands in JSON; NULL without one.
static char *field(const char *json, const char *name) {
  int depth = 0;
  size_t length = strlen(name);
  for (const char *at = json; *at; at++) {
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    if (*at != '"') continue;
    const char *start = at + 1, *end = start;
    while (*end && *end != '"') end += *end == '\\' && end[1] ? 2 : 1;
    if (!*end) return NULL;
    at = end;
    if (depth != 1 || (size_t)(end - start) != length || strncmp(start, name, length) != 0) continue;
    const char *value = end + 1;
    while (*value == ' ' || *value == ':') value++;
    if (*value != '"') return NULL;
    const char *stop = ++value;
    while (*stop && *stop != '"') stop += *stop == '\\' && stop[1] ? 2 : 1;
    char *out = malloc((size_t)(stop - value) + 1);
    memcpy(out, value, (size_t)(stop - value));
    out[stop - value] = 0;
    return out;
  }
  return NULL;
}

static int has(const char *json, const char *name, const char *value) {
  char *found = field(json, name);
  int same = found && strcasecmp(found, value) == 0;
  free(found);
  return same;
}

// ---- state: objects of a kind ("networks", "endpoints", "namespaces", "containers", "attachments"), each a line of JSON

typedef struct object {
  struct object *next;
  char *kind, *json;
} object;
static object *objects;

static void add(const char *kind, char *json) {
  object **end = &objects;
  while (*end) end = &(*end)->next;
  *end = malloc(sizeof **end);
  **end = (object){NULL, strdup(kind), json};
}

static object *find(const char *kind, const char *name, const char *value) {
  for (object *each = objects; each; each = each->next)
    if (strcmp(each->kind, kind) == 0 && has(each->json, name, value)) return each;
  return NULL;
}

static void drop(const char *kind, const char *name, const char *value) {
  for (object **link = &objects; *link;) {
    object *each = *link;
    if (strcmp(each->kind, kind) != 0 || !has(each->json, name, value)) {
      link = &each->next;
      continue;
    }
    *link = each->next;
    free(each->kind), free(each->json), free(each);
  }
}

static void read_state(void) {
  while (objects) {
    object *each = objects;
    objects = each->next;
    free(each->kind), free(each->json), free(each);
  }
  const char *path = setting("FAKE_HNS_STATE");
  FILE *file = path ? fopen(path, "rb") : NULL;
  if (!file) return;
  static char line[1 << 16];
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    char *json = strchr(line, ' ');
    if (json) *json++ = 0, add(line, strdup(json));
  }
  fclose(file);
}

// Whoever reads the file meets all of a state or all of the one before.
static void write_state(void) {
  const char *path = setting("FAKE_HNS_STATE");
  if (!path) return;
  char *fresh = format("%s.new", path);
  FILE *file = fopen(fresh, "wb");
  if (file) {
    for (object *each = objects; each; each = each->next) fprintf(file, "%s %s\n", each->kind, each->json);
    fclose(file);
    replace_file(fresh, path);
  }
  free(fresh);
}

static char *new_id(char text[37]) {
  static uint64_t seed;
  if (!seed) seed = (uint64_t)time(NULL) * 2654435761u ^ (uintptr_t)&seed ^ (uint64_t)clock();
  uint8_t bytes[16];
  for (int i = 0; i < 16; i++) seed = seed * 6364136223846793005u + 1442695040888963407u, bytes[i] = (uint8_t)(seed >> 56);
  char *to = text;
  for (int i = 0; i < 16; i++) to += sprintf(to, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
  return text;
}

// ---- faults

// Takes the first fault for this call out of the file; NULL: there is none.
static char *take_fault(const char *method, const char *path) {
  const char *name = setting("FAKE_HNS_FAULTS");
  FILE *file = name ? fopen(name, "rb") : NULL;
  if (!file) return NULL;
  char line[1024], *found = NULL, *rest = strdup("");
  while (fgets(line, sizeof line, file)) {
    char verb[32], prefix[256];
    int end = 0;
    line[strcspn(line, "\r\n")] = 0;
    if (!found && sscanf(line, "%31s %255s %n", verb, prefix, &end) == 2 &&
        (strcmp(verb, "ANY") == 0 || strcasecmp(verb, method) == 0) &&
        strncasecmp(path, prefix, strlen(prefix)) == 0) {
      found = strdup(line + end);
      continue;
    }
    char *more = format("%s%s\n", rest, line);
    free(rest), rest = more;
  }
  fclose(file);
  if (found && (file = fopen(name, "wb"))) fputs(rest, file), fclose(file);
  free(rest);
  return found;
}

// Fails or hangs as a fault says: its text when the call has to fail, NULL when it goes on.
static char *fault_of(const char *method, const char *path) {
  char *fault = take_fault(method, path);
  unsigned ms;
  if (fault && (strcmp(fault, "pass") == 0 || sscanf(fault, "hang %u", &ms) == 1)) {
    if (*fault == 'h') sleep_ms(ms);
    free(fault);
    return NULL;
  }
  return fault;
}

// ---- HNS

static wide *answer(char *json) {
  wide *text = widen(json);
  free(json);
  return text;
}
static char *success(char *output) {
  char *json = format("{\"Success\":true,\"Output\":%s}", output);
  free(output);
  return json;
}
static char *failure(const char *error) { return format("{\"Success\":false,\"Error\":\"%s\"}", error); }

// An object as it is answered: an endpoint tells the containers that have it.
static char *shown(const object *target) {
  char *id = field(target->json, "ID"), *containers = strdup("");
  for (object *each = objects; each; each = each->next) {
    if (strcmp(each->kind, "attachments") != 0 || !id || !has(each->json, "EndpointId", id)) continue;
    char *container = field(each->json, "ContainerId");
    if (!container) continue;
    char *more = format("%s%s\"%s\"", containers, *containers ? "," : "", container);
    free(containers), free(container), containers = more;
  }
  char *json = strdup(target->json);
  if (*containers) {
    json[strlen(json) - 1] = 0;
    char *more = format("%s,\"SharedContainers\":[%s]}", json, containers);
    free(json), json = more;
  }
  free(id), free(containers);
  return json;
}

static char *list(const char *kind) {
  char *out = strdup("[");
  for (object *each = objects; each; each = each->next) {
    if (strcmp(each->kind, kind) != 0) continue;
    char *json = shown(each);
    char *more = format("%s%s%s", out, out[1] ? "," : "", json);
    free(out), free(json), out = more;
  }
  char *closed = format("%s]", out);
  free(out);
  return closed;
}

static char *create(const char *kind, const char *request) {
  char *name = field(request, "Name");
  if (!name || !*name) return free(name), failure("Invalid JSON document string");
  if (find(kind, "Name", name)) return free(name), failure("An object with this name already exists.");
  char *network = field(request, "VirtualNetwork");
  int unknown = strcmp(kind, "endpoints") == 0 && (!network || !find("networks", "ID", network));
  free(name), free(network);
  if (unknown) return failure("The network was not found.");
  char id[37];
  static unsigned made;
  char *given = field(request, "MacAddress");
  new_id(id);
  char *mac = given ? NULL : format(",\"MacAddress\":\"00-15-5D-%c%c-%c%c-%02X\"", id[0], id[1], id[2], id[3], ++made & 255);
  char *json = format("{\"ID\":\"%s\"%s,%s", id, mac ? mac : "", strchr(request, '{') + 1);
  free(given), free(mac);
  add(kind, json);
  write_state();
  return success(strdup(json));
}

static char *change(object *target, const char *request) {
  char *body = strdup(target->json);
  body[strlen(body) - 1] = 0;
  const char *more = strchr(request, '{');
  char *json = more && more[1] != '}' ? format("%s,%s", body, more + 1) : format("%s}", body);
  free(body), free(target->json);
  target->json = json;
  write_state();
  return success(strdup(json));
}

static char *serve(const char *method, const char *path, const char *request) {
  char kind[32] = "", id[64] = "";
  sscanf(path, "/%31[a-z]/%63s", kind, id);
  if (strcmp(kind, "networks") != 0 && strcmp(kind, "endpoints") != 0) return failure("The path was not found.");
  if (strcmp(method, "POST") == 0 && !*id) return create(kind, request);
  if (strcmp(method, "GET") == 0 && !*id) return success(list(kind));
  object *target = find(kind, "ID", id);
  if (!target) return failure(strcmp(kind, "networks") == 0 ? "The network was not found." : "Element not found.");
  if (strcmp(method, "GET") == 0) return success(shown(target));
  if (strcmp(method, "POST") == 0) return change(target, request);
  if (strcmp(method, "DELETE") != 0) return failure("The method is not supported.");
  char *gone = strdup(id);
  drop(kind, "ID", gone);
  drop("attachments", "EndpointId", gone);
  if (strcmp(kind, "networks") == 0) drop("endpoints", "VirtualNetwork", gone);
  free(gone);
  write_state();
  return success(strdup("{}"));
}

EXPORT HResult API HNSCall(const wide *method, const wide *path, const wide *request, wide **response) {
  char *m = narrow(method), *p = narrow(path), *r = narrow(request);
  char *fault = fault_of(m, p);
  enter();
  read_state();
  *response = answer(fault ? failure(fault) : serve(m, p, r));
  leave();
  free(m), free(p), free(r), free(fault);
  return OK;
}

// ---- HCN namespaces: what containerd makes and endpoints are put into

typedef struct guid {
  uint32_t a;
  uint16_t b, c;
  uint8_t d[8];
} guid;

static void guid_text(const guid *id, char text[37]) {
  sprintf(text, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", id->a, id->b, id->c, id->d[0], id->d[1], id->d[2],
          id->d[3], id->d[4], id->d[5], id->d[6], id->d[7]);
}

static HResult fail(HResult code, const char *error, wide **record) {
  if (record) *record = answer(format("{\"Success\":false,\"Error\":\"%s\",\"ErrorCode\":%u}", error, (uint32_t)code));
  return code;
}

static HResult refused(const char *method, const char *path, wide **record) {
  char *fault = fault_of(method, path);
  if (!fault) return OK;
  HResult code = fail(FAILED_GENERIC, fault, record);
  free(fault);
  return code;
}

EXPORT HResult API HcnCreateNamespace(const guid *id, const wide *settings, void **handle, wide **record) {
  (void)settings;
  char text[37];
  guid_text(id, text);
  enter();
  read_state();
  if (!find("namespaces", "ID", text)) add("namespaces", format("{\"ID\":\"%s\"}", text)), write_state();
  leave();
  *handle = strdup(text);
  if (record) *record = NULL;
  return OK;
}

EXPORT HResult API HcnDeleteNamespace(const guid *id, wide **record) {
  char text[37];
  guid_text(id, text);
  enter();
  read_state();
  drop("namespaces", "ID", text), drop("attachments", "NamespaceId", text);
  write_state();
  leave();
  if (record) *record = NULL;
  return OK;
}

EXPORT HResult API HcnOpenNamespace(const guid *id, void **handle, wide **record) {
  char text[37];
  guid_text(id, text);
  if (record) *record = NULL;
  HResult code = refused("OPEN", "/namespaces", record);
  if (code) return code;
  enter();
  read_state();
  int known = find("namespaces", "ID", text) != NULL;
  leave();
  if (!known) return fail(NOT_FOUND_NAMESPACE, "The namespace was not found.", record);
  *handle = strdup(text);
  return OK;
}

EXPORT HResult API HcnCloseNamespace(void *handle) {
  free(handle);
  return OK;
}

// Settings: {"ResourceType":1,"RequestType":0|1,"Settings":{"EndpointId":"..."}}, 0 to add and 1 to remove.
EXPORT HResult API HcnModifyNamespace(void *handle, const wide *settings, wide **record) {
  char *json = narrow(settings), *inner = strstr(json, "\"Settings\":");
  char *endpoint = inner ? field(inner + 11, "EndpointId") : NULL;
  int removes = strstr(json, "\"RequestType\":1") != NULL;
  if (record) *record = NULL;
  HResult code = refused(removes ? "DETACH" : "ATTACH", "/namespaces", record);
  enter();
  read_state();
  if (!code && !endpoint) code = fail(INVALID_ARGUMENT, "Invalid JSON document string", record);
  if (!code && !find("endpoints", "ID", endpoint)) code = fail(NOT_FOUND_ENDPOINT, "The endpoint was not found.", record);
  if (!code) {
    drop("attachments", "EndpointId", endpoint);
    if (!removes) add("attachments", format("{\"EndpointId\":\"%s\",\"NamespaceId\":\"%s\"}", endpoint, (char *)handle));
    write_state();
  }
  leave();
  free(json), free(endpoint);
  return code;
}

EXPORT HResult API HcnQueryNamespaceProperties(void *handle, const wide *query, wide **properties, wide **record) {
  (void)query;
  if (record) *record = NULL;
  enter();
  read_state();
  char *out = strdup("");
  for (object *each = objects; each; each = each->next) {
    if (strcmp(each->kind, "attachments") != 0 || !has(each->json, "NamespaceId", handle)) continue;
    char *endpoint = field(each->json, "EndpointId");
    char *more = format("%s%s{\"Type\":\"Endpoint\",\"Data\":{\"Id\":\"%s\"}}", out, *out ? "," : "", endpoint);
    free(out), free(endpoint), out = more;
  }
  leave();
  *properties = answer(format("{\"ID\":\"%s\",\"Resources\":[%s]}", (char *)handle, out));
  free(out);
  return OK;
}

// ---- HCS compute systems: Docker's containers, which get endpoints while they run

EXPORT HResult API HcsCreateComputeSystem(const wide *id, const wide *configuration, void *identity, void **handle, wide **record) {
  (void)configuration, (void)identity;
  char *text = narrow(id);
  enter();
  read_state();
  if (!find("containers", "ID", text)) add("containers", format("{\"ID\":\"%s\"}", text)), write_state();
  leave();
  *handle = text;
  if (record) *record = NULL;
  return OK;
}

EXPORT HResult API HcsTerminateComputeSystem(void *handle, const wide *options, wide **record) {
  (void)options;
  enter();
  read_state();
  drop("containers", "ID", handle), drop("attachments", "ContainerId", handle);
  write_state();
  leave();
  if (record) *record = NULL;
  return OK;
}

EXPORT HResult API HcsOpenComputeSystem(const wide *id, void **handle, wide **record) {
  char *text = narrow(id);
  if (record) *record = NULL;
  HResult code = refused("OPEN", "/containers", record);
  enter();
  read_state();
  int known = find("containers", "ID", text) != NULL;
  leave();
  if (!code && !known) code = fail(NOT_FOUND_SYSTEM, "The virtual machine or container with the specified identifier does not exist.", record);
  if (code) free(text);
  else *handle = text;
  return code;
}

EXPORT HResult API HcsCloseComputeSystem(void *handle) {
  free(handle);
  return OK;
}

// Request: {"ResourceType":"Network","RequestType":"Add","Settings":"ENDPOINT"}.
EXPORT HResult API HcsModifyComputeSystem(void *handle, const wide *request, wide **record) {
  char *json = narrow(request), *endpoint = field(json, "Settings");
  if (record) *record = NULL;
  HResult code = refused("ATTACH", "/containers", record);
  enter();
  read_state();
  if (!code && (!endpoint || !has(json, "ResourceType", "Network") || !has(json, "RequestType", "Add")))
    code = fail(INVALID_ARGUMENT, "Invalid JSON document string", record);
  if (!code && !find("endpoints", "ID", endpoint)) code = fail(NOT_FOUND_ENDPOINT, "The endpoint was not found.", record);
  for (object *each = objects; !code && each; each = each->next)
    if (strcmp(each->kind, "attachments") == 0 && has(each->json, "EndpointId", endpoint) && has(each->json, "ContainerId", handle))
      code = fail(INVALID_ARGUMENT, "The endpoint is attached already.", record);
  if (!code) {
    add("attachments", format("{\"EndpointId\":\"%s\",\"ContainerId\":\"%s\"}", endpoint, (char *)handle));
    write_state();
  }
  leave();
  free(json), free(endpoint);
  return code;
}
