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

/* Tells the user, wherever errors go: a window, a console, or a file or pipe (in UTF-8, as the program writes). */
static void tell(const wchar_t *text) {
#ifdef WINDOW
    MessageBoxW(NULL, text, L"Leadglass", MB_ICONERROR);
#else
    static char bytes[4 * LONGEST];
    DWORD written;
    HANDLE errors = GetStdHandle(STD_ERROR_HANDLE);
    if (WriteConsoleW(errors, text, (DWORD)wcslen(text), &written, NULL)) return;
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    if (length > 1) WriteFile(errors, bytes, (DWORD)length - 1, &written, NULL);
#endif
}

static int fail(const wchar_t *text) {
    tell(text);
    return 3;
}

/* The same with what Windows says of its error. */
static int fail_because(const wchar_t *text, DWORD error) {
    static wchar_t whole[LONGEST];
    wchar_t *reason = NULL;
    FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                   error, 0, (wchar_t *)&reason, 0, NULL);
    swprintf(whole, LONGEST, L"%ls\nWindows' error %lu: %ls\n", text, error, reason ? reason : L"no text");
    return fail(whole);
}

#ifdef WINDOW
/* A window that never came has nowhere to say why; the command of the same name has. */
static void tell_end(DWORD code) {
    static wchar_t text[LONGEST];
    swprintf(text, LONGEST,
             L"Leadglass ended with an error (%lu).\n\nIn a command prompt, \"leadglass window\" tells the reason, and "
             L"\"leadglass selftest\" checks this copy.", code);
    tell(text);
}
#endif

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
        return fail_because(L"Leadglass is not complete: its Python does not start. Install it again.", GetLastError());
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job && SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        AssignProcessToJobObject(job, child.hProcess);
    ResumeThread(child.hThread);
    WaitForSingleObject(child.hProcess, INFINITE);
    DWORD code = 3;
    GetExitCodeProcess(child.hProcess, &code);
#ifdef WINDOW
    if (code != 0 && code != 130 && code != STATUS_CONTROL_C_EXIT) tell_end(code); /* 130: the user cancelled */
#endif
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
