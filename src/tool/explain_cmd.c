/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone explain`; what it knows is in src/explain. */
#include "config.h"

#include "tool/explain_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain/explain.h"

/* A pipe cannot be mapped: at most this much of it is kept. */
#define PIPE_MAX ((size_t)256 << 20)

static const char help[] =
    "Usage: dialtone explain [options] FILE\n"
    "\n"
    "Says what happened in a capture of PPTP (pcap or pcapng): who spoke,\n"
    "the calls with their Call IDs and windows, losses and round trips in "
    "the\n"
    "tunnel, why it ended, and all that is not as RFC 2637 has it, errors\n"
    "first. Frame numbers are those of Wireshark. FILE may be - for standard\n"
    "input.\n"
    "\n"
    "A capture for it:\n"
    "  tcpdump -w tunnel.pcap 'tcp port 1723 or ip proto 47 or icmp'\n"
    "\n"
    "  -v, --verbose     with the time line of messages and states\n"
    "      --json        everything, for machines\n"
    "      --list        the findings that there are, with their places in\n"
    "                    the RFC; needs no file\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit: 0 PPTP was found, 1 the capture holds none, 2 the file or an\n"
    "option is wrong, 3 out of memory.\n";

enum { FOUND = 0, NONE = 1, WRONG = 2, MEMORY = 3 };

struct options {
    bool verbose, json, list;
    const char *path;
};

struct image {
    uint8_t *octets;
    size_t len;
    bool mapped;
    bool cut; /* there was more */
};

static int complain(const char *path)
{
    fprintf(stderr, "dialtone: %s: %s\n", path, strerror(errno));
    return -1;
}

static int image_read(struct image *m, int fd, const char *path)
{
    size_t cap = 0;
    ssize_t n = 1;

    while (n > 0 && m->len < PIPE_MAX) {
        if (m->len == cap) {
            uint8_t *more;

            cap = cap > 0 ? cap * 2 : 1u << 16;
            more = realloc(m->octets, cap);
            if (more == NULL)
                return complain(path);
            m->octets = more;
        }
        n = read(fd, m->octets + m->len, cap - m->len);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return complain(path);
        else
            m->len += (size_t)n;
    }
    m->cut = n > 0;
    return 0;
}

/* Maps a file, so that one of any size takes no memory; reads a pipe. */
static int image_open(struct image *m, const char *path)
{
    bool pipe = strcmp(path, "-") == 0;
    int fd = pipe ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int err = 0;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        complain(path);
        if (fd >= 0 && !pipe)
            close(fd);
        return -1;
    }
    if (S_ISREG(st.st_mode) && st.st_size > 0) {
        m->len = (size_t)st.st_size;
        m->octets = mmap(NULL, m->len, PROT_READ, MAP_PRIVATE, fd, 0);
        m->mapped = m->octets != MAP_FAILED;
        if (!m->mapped) {
            m->octets = NULL;
            m->len = 0;
        } else {
            posix_madvise(m->octets, m->len, POSIX_MADV_SEQUENTIAL);
        }
    }
    if (!m->mapped)
        err = image_read(m, fd, path);
    if (!pipe)
        close(fd);
    return err;
}

static void image_close(struct image *m)
{
    if (m->mapped)
        munmap(m->octets, m->len);
    else
        free(m->octets);
}

static int visit(void *ctx, const struct capture_frame *f)
{
    explain_frame(ctx, f);
    return 0;
}

static int list(void)
{
    enum explain_kind k;

    puts("severity   RFC 2637  requirement  finding");
    for (k = 0; k < EXPLAIN_KINDS; k++) {
        const struct explain_kind_info *i = explain_kind_info(k);

        printf("%-10s %-9s %-12s %-22s %s\n",
               explain_severity_name(i->severity), i->section, i->requirement,
               i->key, i->text);
    }
    return FOUND;
}

static int run(struct explain *e, const struct image *m,
               const struct options *o)
{
    const char *error = NULL;
    size_t at = 0;
    int err = capture_walk(m->octets, m->len, visit, e, &error, &at);

    if (err == 0 && m->cut)
        error = "the pipe gave more than is kept";
    explain_end(e, error, at);
    if (err != 0 && !explain_found(e)) {
        fprintf(stderr, "dialtone: %s: %s, at octet %zu\n", o->path, error,
                at);
        return WRONG;
    }
    if (!o->json)
        explain_report(e, o->verbose, stdout);
    else if (explain_json(e, stdout) < 0) {
        fputs("dialtone: out of memory, or standard output failed\n", stderr);
        return MEMORY;
    }
    return explain_found(e) ? FOUND : NONE;
}

/* 0; 1 when all is done, -1 when it is wrong. */
static int options_read(int argc, char **argv, struct options *o)
{
    enum { JSON = 256, LIST };
    static const struct option options[] = {
        { "verbose", no_argument, NULL, 'v' },
        { "json", no_argument, NULL, JSON },
        { "list", no_argument, NULL, LIST },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int c;

    while ((c = getopt_long(argc, argv, "vh", options, NULL)) != -1)
        switch (c) {
        case 'v': o->verbose = true; break;
        case JSON: o->json = true; break;
        case LIST: o->list = true; break;
        case 'h': fputs(help, stdout); return 1;
        default:
            fputs("dialtone: `dialtone explain --help` tells more\n", stderr);
            return -1;
        }
    if (o->list)
        return 0;
    if (optind + 1 != argc) {
        fputs("dialtone: `explain` takes one capture\n", stderr);
        return -1;
    }
    o->path = argv[optind];
    return 0;
}

int explain_command(int argc, char **argv)
{
    struct options o = { .path = NULL };
    struct image m = { .octets = NULL };
    struct explain *e;
    int result = options_read(argc, argv, &o);

    if (result != 0)
        return result < 0 ? WRONG : FOUND;
    if (o.list)
        return list();
    e = explain_new();
    if (e == NULL) {
        fputs("dialtone: out of memory\n", stderr);
        return MEMORY;
    }
    result = WRONG;
    if (image_open(&m, o.path) == 0)
        result = run(e, &m, &o);
    image_close(&m);
    explain_free(e);
    return result;
}
