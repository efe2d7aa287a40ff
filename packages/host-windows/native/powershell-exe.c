// powershell.exe of a machine that is a model: starts %MODEL_NODE% %MODEL_SCRIPT% with our standard handles, and ends as it
// does. The arguments are not looked at: a session has its own, always the same ones.
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

int wmain(void) {
  wchar_t node[MAX_PATH], script[MAX_PATH], line[2 * MAX_PATH + 8];
  if (!GetEnvironmentVariableW(L"MODEL_NODE", node, MAX_PATH) || !GetEnvironmentVariableW(L"MODEL_SCRIPT", script, MAX_PATH)) {
    fputs("powershell: MODEL_NODE and MODEL_SCRIPT do not say which model to run\n", stderr);
    return 1;
  }
  _snwprintf(line, sizeof line / sizeof *line, L"\"%ls\" \"%ls\"", node, script);
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
