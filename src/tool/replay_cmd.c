/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone replay`; the work is pptp/replay.h's. */
#include "config.h"

#include "tool/replay_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "pptp/replay.h"

/* A journal that wants more is not one that we wrote. */
#define MEMORY_MAX ((size_t)64 << 30)

static const char help[] =
    "Usage: dialtone replay [options] JOURNAL\n"
    "\n"
    "Feeds a peer what the journal says that one was fed, and compares every\n"
    "decision: they are identical, or the first difference is shown. A\n"
    "journal is written by a run whose scenario says `journal: true` of a\n"
    "node.\n"
    "\n"
    "  -v, --verbose     every record, one a line\n"
    "  -k, --keep-going  on after a difference\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit: 0 the same (also of a journal that is cut off), 1 a difference, 2\n"
    "no journal or damaged.\n";

static void show(void *ctx, uint64_t number, pptp_ns now, const char *text)
{
    (void)ctx;
    printf("%10llu %6llu.%09llu %s\n", (unsigned long long)number,
           (unsigned long long)(now / PPTP_S),
           (unsigned long long)(now % PPTP_S), text);
}

static int report(const char *path, const struct pptp_replay_result *r)
{
    switch (r->verdict) {
    case PPTP_REPLAY_SAME:
        printf("%s: %llu input%s, identical decisions\n", path,
               (unsigned long long)r->inputs, pptp_plural(r->inputs));
        return 0;
    case PPTP_REPLAY_CUT:
        printf("%s: %llu input%s, identical decisions; the journal is cut "
               "off\n",
               path, (unsigned long long)r->inputs, pptp_plural(r->inputs));
        return 0;
    case PPTP_REPLAY_DIFFERENT:
        printf("%s: record %llu at %.9f s differs\n"
               "  input:    %s\n  expected: %s\n  got:      %s\n",
               path, (unsigned long long)r->number, (double)r->now_ns * 1e-9,
               r->input, r->expected, r->got);
        return 1;
    case PPTP_REPLAY_MALFORMED: break;
    }
    fprintf(stderr, "dialtone: %s: damaged at octet %zu: %s\n", path,
            r->offset, r->why != NULL ? r->why : "no journal");
    return 2;
}

/* What nothing can be made of. */
static int refuse(const char *path, unsigned format, size_t need)
{
    if (format != 0 && format != PPTP_JOURNAL_FORMAT)
        fprintf(stderr,
                "dialtone: %s: a journal of format %u, where this program "
                "knows %u only\n",
                path, format, PPTP_JOURNAL_FORMAT);
    else
        fprintf(stderr, "dialtone: %s: %s\n", path,
                need == 0 ? "this is no journal"
                          : "it asks for more than 64 GiB");
    return 2;
}

static int replay(const char *path, const uint8_t *octets, size_t n,
                  const struct pptp_replay_options *o)
{
    struct pptp_replay_result r;
    size_t need = pptp_replay_octets(octets, n);
    void *mem;

    if (need == 0 || need > MEMORY_MAX)
        return refuse(path, pptp_journal_format(octets, n), need);
    /* mostly address space: only what is touched costs memory */
    mem = mmap(NULL, need, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mem == MAP_FAILED) {
        fprintf(stderr, "dialtone: %s: %s\n", path, strerror(errno));
        return 2;
    }
    pptp_replay(octets, n, mem, o, &r);
    munmap(mem, need);
    return report(path, &r);
}

static int replay_file(const char *path, const struct pptp_replay_options *o)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), result = 2;
    struct stat st;
    void *octets;

    if (fd < 0 || fstat(fd, &st) != 0) {
        fprintf(stderr, "dialtone: %s: %s\n", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode) || st.st_size == 0) {
        fprintf(stderr, "dialtone: %s: %s; a journal is needed\n", path,
                S_ISDIR(st.st_mode)   ? "is a folder"
                : S_ISREG(st.st_mode) ? "is empty"
                                      : "is not a file");
    } else {
        octets = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (octets == MAP_FAILED) {
            fprintf(stderr, "dialtone: %s: %s\n", path, strerror(errno));
        } else {
            result = replay(path, octets, (size_t)st.st_size, o);
            munmap(octets, (size_t)st.st_size);
        }
    }
    if (fd >= 0)
        close(fd);
    return result;
}

int replay_command(int argc, char **argv)
{
    static const struct option options[] = {
        { "verbose", no_argument, NULL, 'v' },
        { "keep-going", no_argument, NULL, 'k' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    struct pptp_replay_options o = { .keep_going = false };
    int c;

    while ((c = getopt_long(argc, argv, "vkh", options, NULL)) != -1)
        switch (c) {
        case 'v': o.record = show; break;
        case 'k': o.keep_going = true; break;
        case 'h': fputs(help, stdout); return 0;
        default:
            fputs("dialtone: `dialtone replay --help` tells more\n", stderr);
            return 2;
        }
    if (optind + 1 != argc) {
        fputs("dialtone: `replay` takes one journal\n", stderr);
        return 2;
    }
    return replay_file(argv[optind], &o);
}
