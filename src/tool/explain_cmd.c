/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone explain`; what it knows is in src/explain. */
#include "config.h"

#include "tool/explain_cmd.h"

#include <getopt.h>
#include <stdio.h>

#include "explain/explain.h"
#include "tool/capture_file.h"

static const char help[] =
    "Usage: dialtone explain [options] FILE\n"
    "\n"
    "Says what happened in a capture of PPTP (pcap or pcapng, gzip'd or\n"
    "not): who spoke, the calls with their Call IDs and windows, losses and\n"
    "round trips in the tunnel, why it ended, and all that is not as RFC 2637\n"
    "has it, errors first. Frame numbers are those of Wireshark. FILE may be\n"
    "- for standard input.\n"
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

static int run(struct explain *e, const struct options *o)
{
    struct capture_file_result how;
    char fault[160];
    int err = capture_file_walk(o->path, true, visit, e, &how);

    capture_file_fault(&how, fault, sizeof fault);
    explain_end(e, err != 0 ? fault : NULL);
    if (err != 0 && !explain_found(e)) {
        fprintf(stderr, "dialtone: %s: %s\n", o->path, fault);
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
    result = run(e, &o);
    explain_free(e);
    return result;
}
