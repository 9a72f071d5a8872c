/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A platform and its routes tried in a child; platform_check.h. */
#include "config.h"

#include "sim/platform_check.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "sim/simgrid.h"
#include "sim/platform.h"

enum { SAID_OCTETS = 4096, ERR_OCTETS = 1024 };

/* Processor time for one route.  SimGrid 3.32 and 4.0 go round for ever in a
 * Dijkstra zone whose routes lead to a host and not from it; an answer takes
 * far less with a million hosts. */
enum { ROUTE_S = 5 };

enum stage { LOADING, TRIAL_REFUSED, ROUTING, DONE };

/* How far the child came: it may end anywhere. */
struct trial {
    enum stage stage;
    int line;              /* of the platform file, when SimGrid gave up */
    const char *from, *to; /* hosts whose route it asked for */
    char err[ERR_OCTETS];  /* our own word, when TRIAL_REFUSED */
};

static struct trial *trial; /* for the handler of a signal; shared */

/* ---- in the child ---- */

static void on_abort(int number)
{
    (void)number;
    trial->line = sim_simgrid_line();
}

/* 0 ends it.  Beyond it the child is killed. */
static void limit_time(time_t seconds)
{
    struct itimerval limit = { .it_value = { .tv_sec = seconds } };

    (void)setitimer(ITIMER_PROF, &limit, NULL);
}

static void ask(const struct sim_platform *p, const char *file,
                const char *from, const char *to)
{
    int32_t src = sim_platform_host(p, from), dst = sim_platform_host(p, to);
    struct sim_platform_path path;
    int bad = PPTP_OK;

    if (src < 0 || dst < 0 || src == dst)
        return;
    trial->from = from;
    trial->to = to;
    limit_time(ROUTE_S);
    if (sim_platform_route(p, (uint32_t)src, (uint32_t)dst, &path) == 0)
        bad = sim_platform_path_check(p, file, (uint32_t)src, (uint32_t)dst,
                                      &path, trial->err, sizeof(trial->err));
    limit_time(0);
    sim_platform_path_fini(&path);
    if (bad == PPTP_OK)
        return;
    trial->stage = TRIAL_REFUSED;
    _exit(1);
}

static _Noreturn void child(const char *path,
                            const struct sim_platform_pair *pairs, size_t n,
                            int fd)
{
    struct rlimit none = { 0, 0 };
    struct sim_platform p;

    /* whoever ends the process ends this, too */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        _exit(1);
    (void)setrlimit(RLIMIT_CORE, &none); /* an abort is expected here */
    if (dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(1);
    (void)signal(SIGABRT, on_abort);
    if (sim_platform_load(&p, path, trial->err, sizeof(trial->err))) {
        trial->stage = TRIAL_REFUSED;
        _exit(1);
    }
    trial->stage = ROUTING;
    for (size_t i = 0; i < n; i++) {
        ask(&p, path, pairs[i].from, pairs[i].to);
        ask(&p, path, pairs[i].to, pairs[i].from);
    }
    trial->stage = DONE;
    _exit(0);
}

/* ---- what it said ---- */

/* All that the child says, as text; what does not fit is read and dropped. */
static void hear(int fd, char *said, size_t octets)
{
    char more[512];
    size_t have = 0, keep;
    ssize_t n;

    while ((n = read(fd, more, sizeof(more))) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        keep = n > 0 ? (size_t)n : 0;
        if (keep > octets - 1 - have)
            keep = octets - 1 - have;
        memcpy(said + have, more, keep);
        have += keep;
    }
    said[have] = '\0';
}

/* Skips a text's beginning up to the end of `word`, if it has it there. */
static char *behind(char *text, const char *word)
{
    char *at = strstr(text, word);

    return at != NULL ? at + strlen(word) : text;
}

/* Puts something that is not longer in the place of a part of a text. */
static void replace(char *text, const char *part, const char *with)
{
    char *at = strstr(text, part);

    if (at != NULL) {
        memcpy(at, with, strlen(with));
        memmove(at + strlen(with), at + strlen(part),
                strlen(at + strlen(part)) + 1);
    }
}

/* Takes "(0x...)" out, an address in memory that helps nobody. */
static void cut_addresses(char *text)
{
    char *at, *end;

    while ((at = strstr(text, " (0x")) != NULL &&
           (end = strchr(at, ')')) != NULL)
        memmove(at, end + 1, strlen(end + 1) + 1);
}

/* Makes one plain sentence of SimGrid's message and returns it; "" if it has
 * none.  *line becomes the one that it names. */
static const char *sentence(const char *path, char *said, int *line)
{
    static const char *const cut[] = { "\n", " Existing netpoints" };
    char *what = said, *end;

    if (strncmp(said, "Parse error at ", 15) == 0) {
        what = said + 15;
        if (strncmp(what, path, strlen(path)) == 0)
            what += strlen(path);
        if (*what == ':')
            *line = (int)strtol(what + 1, &what, 10);
        what = behind(what, ": ");
        if (strncmp(what, "Invalid XML (", 13) == 0)
            what = behind(what, "): ");
    } else if (strncmp(said, "Uncaught exception ", 19) == 0) {
        what = behind(said, ": ");
    }
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        end = strstr(what, cut[i]);
        if (end != NULL)
            *end = '\0';
    }
    cut_addresses(what);
    replace(what, " does name a node", " names no node"); /* it means that */
    while (*what == '*' || *what == ' ') /* it shouts at times */
        what++;
    for (end = what + strlen(what);
         end > what && strchr("* .", end[-1]) != NULL;)
        *--end = '\0';
    return what;
}

/* SimGrid's words with ours where its own mislead. */
static const char *in_our_words(const char *what)
{
    static const struct {
        const char *begin; /* with "$" behind it: all of it */
        const char *ours;
    } words[] = {
        { "Access violation", "" }, /* of its code, and a page more */
        { "Segmentation fault", "" },
        { "Bad declaration <!DOCTYPE",
          "this DOCTYPE is none of SimGrid's, which are like <!DOCTYPE "
          "platform SYSTEM \"https://simgrid.org/simgrid.dtd\">" },
        { "cannot parse number:$",
          "an attribute that should be a number is missing" },
        { "No route from", "" },
        { "Bad gateways for route", "no gateway between their zones" },
        { "Not a valid model!", "a zone's routing is none that SimGrid has" },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strcspn(words[i].begin, "$");

        if (strncmp(what, words[i].begin, n) == 0 &&
            (words[i].begin[n] == '\0' || what[n] == '\0'))
            return words[i].ours;
    }
    return what;
}

/* One line out of how the child ended and what SimGrid said. */
static void tell(const char *path, char *said, int status, char *err,
                 size_t octets)
{
    int line = trial->line;
    char where[16] = "";
    const char *what = in_our_words(sentence(path, said, &line));

    if (trial->stage == TRIAL_REFUSED) {
        snprintf(err, octets, "%s", trial->err);
        return;
    }
    if (trial->stage == ROUTING && trial->from != NULL) {
        snprintf(err, octets, "%s: no route from %s to %s%s%s", path,
                 trial->from, trial->to, *what ? ": " : "", what);
        return;
    }
    if (line > 0)
        snprintf(where, sizeof(where), ":%d", line);
    if (WIFEXITED(status)) /* what it said was not meant for this */
        snprintf(err, octets, "%s%s: SimGrid leaves over it", path, where);
    else if (*what == '\0')
        snprintf(err, octets, "%s%s: SimGrid dies over it (%s)", path, where,
                 strsignal(WTERMSIG(status)));
    else
        snprintf(err, octets, "%s%s: %s", path, where, what);
}

/* ---- the whole ---- */

/* Runs the child to its end; its status, or -1 with errno. */
static int try(const char *path, const struct sim_platform_pair *pairs,
               size_t n, char *said, size_t octets)
{
    int fds[2], status = 0;
    pid_t pid, got;

    if (pipe(fds) != 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        child(path, pairs, n, fds[1]);
    }
    close(fds[1]);
    if (pid > 0)
        hear(fds[0], said, octets);
    close(fds[0]);
    if (pid < 0)
        return -1;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid ? status : -1;
}

int sim_platform_check(const char *path, const struct sim_platform_pair *pairs,
                       size_t pair_count, char *err, size_t err_octets)
{
    char said[SAID_OCTETS] = "";
    int status = -1, result = PPTP_ERR_ARGUMENT;

    if (sim_simgrid_running()) {
        snprintf(err, err_octets, "%s: SimGrid is running already", path);
        return PPTP_ERR_STATE;
    }
    trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (trial != MAP_FAILED)
        status = try(path, pairs, pair_count, said, sizeof(said));
    if (status < 0) {
        snprintf(err, err_octets, "%s: cannot be tried: %s", path,
                 strerror(errno));
        result = PPTP_ERR_RESOURCE;
    } else if (trial->stage == DONE) {
        result = PPTP_OK;
    } else {
        tell(path, said, status, err, err_octets);
        for (char *c = err; *c; c++) /* names may have line ends in them */
            if (iscntrl((unsigned char)*c))
                *c = '?';
    }
    if (trial != MAP_FAILED)
        munmap(trial, sizeof(*trial));
    trial = NULL;
    return result;
}
