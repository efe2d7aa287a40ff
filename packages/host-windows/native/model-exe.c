// A program of Windows that is a model: NAME.exe starts %MODEL_NODE% %MODEL_SCRIPTS%\\NAME-main.js with our standard handles,
// and ends as it does. The arguments are not looked at: none of the models has any.
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

int wmain(void) {
  wchar_t node[MAX_PATH], scripts[MAX_PATH], self[MAX_PATH], line[3 * MAX_PATH + 16];
  if (!GetEnvironmentVariableW(L"MODEL_NODE", node, MAX_PATH) || !GetEnvironmentVariableW(L"MODEL_SCRIPTS", scripts, MAX_PATH)) {
    fputs("MODEL_NODE and MODEL_SCRIPTS do not say which model to run\n", stderr);
    return 1;
  }
  GetModuleFileNameW(NULL, self, MAX_PATH);
  wchar_t *name = wcsrchr(self, L'\\') + 1, *end = wcsrchr(name, L'.');
  if (end) *end = 0;
  _snwprintf(line, sizeof line / sizeof *line, L"\"%ls\" \"%ls\\%ls-main.js\"", node, scripts, name);
  STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION process;
  if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) return 1;
  WaitForSingleObject(process.hProcess, INFINITE);
  DWORD code = 1;
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
