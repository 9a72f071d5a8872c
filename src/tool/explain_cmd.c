/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone explain`; what it knows is in src/explain. */
#include "config.h"

#include "tool/explain_cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "explain/explain.h"
#include "tool/capture_file.h"

static const char help[] =
    "Usage: dialtone explain [options] FILE\n"
    "\n"
    "Says what happened in a capture of PPTP (pcap or pcapng, gzip'd or\n"
    "not): who spoke, the calls with their Call IDs and windows, losses and\n"
    "round trips in the tunnel, why it ended, and all that is not as RFC "
    "2637\n"
    "has it, errors first. Frame numbers are those of Wireshark. FILE may be\n"
    "- for standard input.\n"
    "\n"
    "A capture for it:\n"
    "  tcpdump -w tunnel.pcap 'tcp port 1723 or ip proto 47 or icmp'\n"
    "\n"
    "  -v, --verbose     with the time line of messages and states\n"
    "      --json        everything, for machines\n"
    "      --fail-on RANK  exit 1 for a finding of this rank or a worse one:\n"
    "                    error (the default), departure, remark or never\n"
    "      --ignore-checksums  read packets whose checksum is wrong, too:\n"
    "                    somebody has changed the addresses\n"
    "      --list        the findings that there are, with their places in\n"
    "                    the RFC; needs no file\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit: 0 PPTP was found and nothing that --fail-on names, 1 there was, "
    "or\n"
    "the capture holds no PPTP, 2 the file or an option is wrong, 3 out of\n"
    "memory, or the output cannot be written.\n";

enum { FINE = 0, FAILED = 1, WRONG = 2, FAILURE = 3 };

struct options {
    bool verbose, json, list, any_checksum;
    int fail_on; /* ranks up to this one; -1: none */
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
    return FINE;
}

/* The worst finding comes first. */
static int verdict(const struct explain *e, const struct options *o)
{
    const struct explain_finding *f;
    size_t n = explain_findings(e, &f);

    if (!explain_found(e))
        return FAILED;
    if (n > 0 && (int)explain_kind_info(f[0].kind)->severity <= o->fail_on)
        return FAILED;
    return FINE;
}

/* Whether standard output took it is seen when the program ends. */
static int tell(const struct explain *e, const struct options *o)
{
    if (!o->json) {
        explain_report(e, o->verbose, stdout);
    } else if (explain_json(e, stdout) < 0 && !ferror(stdout)) {
        fputs("dialtone: out of memory\n", stderr);
        return FAILURE;
    }
    return verdict(e, o);
}

static int run(struct explain *e, const struct options *o)
{
    struct capture_file_result how;
    char fault[160];
    int err = capture_file_walk(o->path, true, visit, e, &how);

    capture_file_fault(&how, fault, sizeof fault);
    explain_end(e, err != 0 ? fault : NULL);
    if (err == 0 || explain_found(e))
        return tell(e, o);
    fprintf(stderr, "dialtone: %s: %s\n", o->path, fault);
    return err == PPTP_ERR_RESOURCE && how.octets == 0 ? FAILURE : WRONG;
}

static int read_rank(const char *text, int *out)
{
    int rank;

    for (rank = EXPLAIN_ERROR; rank <= EXPLAIN_REMARK; rank++)
        if (strcmp(text, explain_severity_name((enum explain_severity)rank)) ==
            0) {
            *out = rank;
            return 0;
        }
    if (strcmp(text, "never") == 0) {
        *out = -1;
        return 0;
    }
    fprintf(stderr,
            "dialtone: --fail-on %s: error, departure, remark or never is "
            "expected\n",
            text);
    return -1;
}

/* 0; 1 when all is done, -1 when it is wrong. */
static int options_read(int argc, char **argv, struct options *o)
{
    enum { JSON = 256, LIST, FAIL_ON, ANY_CHECKSUM };
    static const struct option options[] = {
        { "verbose", no_argument, NULL, 'v' },
        { "json", no_argument, NULL, JSON },
        { "fail-on", required_argument, NULL, FAIL_ON },
        { "ignore-checksums", no_argument, NULL, ANY_CHECKSUM },
        { "list", no_argument, NULL, LIST },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int c;

    while ((c = getopt_long(argc, argv, "vh", options, NULL)) != -1)
        switch (c) {
        case 'v': o->verbose = true; break;
        case JSON: o->json = true; break;
        case FAIL_ON:
            if (read_rank(optarg, &o->fail_on) < 0)
                return -1;
            break;
        case ANY_CHECKSUM: o->any_checksum = true; break;
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
    struct options o = { .fail_on = EXPLAIN_ERROR };
    struct explain *e;
    int result = options_read(argc, argv, &o);

    if (result != 0)
        return result < 0 ? WRONG : FINE;
    if (o.list)
        return list();
    e = explain_new();
    if (e == NULL) {
        fputs("dialtone: out of memory\n", stderr);
        return FAILURE;
    }
    if (o.any_checksum)
        explain_any_checksum(e);
    result = run(e, &o);
    explain_free(e);
    return result;
}
