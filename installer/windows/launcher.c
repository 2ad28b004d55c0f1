/* Starts Leadglass with the Python beside it: leadglass.exe in a console, leadglass-window.exe (WINDOW) without one.
 *
 * The arguments go on as they came. The child belongs to a job that ends with this process, so that a launcher that
 * IT's tools end leaves nothing behind; Ctrl+C is the child's to handle.
 */
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#ifdef WINDOW
#define COMMAND L"window "
#define FLAGS CREATE_NO_WINDOW /* a console that nobody sees: the program's own children need none of theirs */
#else
#define COMMAND L""
#define FLAGS 0
#endif

#define LONGEST 32768 /* characters of a path or a command line */

static const wchar_t *after_own_name(const wchar_t *line) {
    int quoted = 0;
    for (; *line && (quoted || (*line != L' ' && *line != L'\t')); line++)
        if (*line == L'"') quoted = !quoted;
    while (*line == L' ' || *line == L'\t') line++;
    return line;
}

static int fail(const wchar_t *text) {
#ifdef WINDOW
    MessageBoxW(NULL, text, L"Leadglass", MB_ICONERROR);
#else
    DWORD written;
    HANDLE errors = GetStdHandle(STD_ERROR_HANDLE);
    WriteConsoleW(errors, text, (DWORD)wcslen(text), &written, NULL);
#endif
    return 3;
}

static BOOL WINAPI leave_to_child(DWORD event) {
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

static int run(void) {
    static wchar_t own[LONGEST], line[LONGEST];
    DWORD length = GetModuleFileNameW(NULL, own, LONGEST);
    for (int levels = 0; levels < 2; levels++) {
        wchar_t *end = wcsrchr(own, L'\\');
        if (length == 0 || length == LONGEST || !end) return fail(L"Leadglass cannot tell where it is installed.\n");
        *end = 0;
    }
    const wchar_t *rest = after_own_name(GetCommandLineW());
    if (wcslen(own) + wcslen(rest) + 100 > LONGEST) return fail(L"The command line is too long.\n");
    wcscpy(line, L"\"");
    wcscat(line, own);
    wcscat(line, L"\\python\\python.exe\" -I -X utf8 -m app " COMMAND);
    wcscat(line, rest);

    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION child;
    SetConsoleCtrlHandler(leave_to_child, TRUE);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, FLAGS | CREATE_SUSPENDED, NULL, NULL, &start, &child))
        return fail(L"Leadglass is not complete: its Python does not start. Install it again.\n");
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job && SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        AssignProcessToJobObject(job, child.hProcess);
    ResumeThread(child.hThread);
    WaitForSingleObject(child.hProcess, INFINITE);
    DWORD code = 3;
    GetExitCodeProcess(child.hProcess, &code);
    return (int)code;
}

#ifdef WINDOW
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR arguments, int show) {
    (void)instance, (void)before, (void)arguments, (void)show;
    return run();
}
#else
int wmain(void) {
    return run();
}
#endif
