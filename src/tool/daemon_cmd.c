/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command lines of the daemons; daemon_cmd.h. */
#include "config.h"

#include "tool/daemon_cmd.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/bridge.h"
#include "tap/log.h"
#include "tool/daemon_check.h"
#include "tool/run.h"

/* What they differ in. */
struct role {
    const char *name, *help;
    void (*reference)(FILE *out);
    int (*with_file)(const char *path, bool check);
};

#define OPTIONS                                                            \
    "\n"                                                                   \
    "      --check      read the configuration and the secrets, say what " \
    "is\n"                                                                 \
    "                   wrong, and do nothing else\n"                      \
    "      --reference  every key of the configuration, as Markdown\n"     \
    "  -h, --help       this text\n"                                       \
    "\n"

#define ENDING                                                               \
    "SIGUSR1 says every counter; `dialtone ctl` tells and does more.\n"      \
    "\n"                                                                     \
    "PPTP is no safe VPN today: MS-CHAPv2 and MPPE are broken.\n"            \
    "\n"                                                                     \
    "Exit: 0 all well, 1 it could not begin or go on, 2 bad configuration\n" \
    "or usage.\n"

static const char pns_help[] =
    "Usage: dialtone pns [options] CONFIG.yaml\n"
    "\n"
    "A PPTP server in the foreground: VPN clients and PACs call, PPP ends\n"
    "here, packets come out of one TUN device. Takes root, or the\n"
    "capabilities CAP_NET_ADMIN and CAP_NET_RAW, and gives them up once\n"
    "everything is open.\n" OPTIONS
    "Signals: SIGHUP reads configuration and secrets again; SIGTERM and\n"
    "SIGINT end all calls in order and then the program; a second one, a\n"
    "second later or more, ends it at once.\n" ENDING;

static const char pac_help[] =
    "Usage: dialtone pac [options] CONFIG.yaml\n"
    "\n"
    "A PAC in the foreground: calls come in on lines (pseudo-terminals,\n"
    "standard input, serial ports with modems, PPP clients of its own) and\n"
    "are carried to PNSs or to VPN servers. Takes root, or the capabilities\n"
    "CAP_NET_ADMIN and CAP_NET_RAW, and gives them up once everything is\n"
    "open.\n" OPTIONS
    "Signals: SIGTERM and SIGINT end all calls in order and then the\n"
    "program; a second one, a second later or more, ends it at once.\n" ENDING;

static const char bridge_help[] =
    "Usage: dialtone bridge [options] CONFIG.yaml\n"
    "\n"
    "A PAC as of `dialtone pac`, in the foreground, whose callers and\n"
    "telephone lines are simulated, by the wall clock, while TCP, GRE and\n"
    "the servers are real. Callers send echo requests through their calls\n"
    "and measure what comes back. Takes root, or the capabilities\n"
    "CAP_NET_ADMIN and CAP_NET_RAW, and gives them up once everything is\n"
    "open.\n" OPTIONS
    "Signals: SIGTERM and SIGINT end all calls in order and then the\n"
    "program; a second one, a second later or more, ends it at once.\n" ENDING;

static int bad_file(const struct conf_error *err)
{
    fprintf(stderr, "dialtone: %s\n", err->text);
    return RUN_INPUT;
}

/* What is good enough, and worth a line of the log. */
static void log_notes(const struct notes *notes)
{
    unsigned i;

    tap_log_init();
    for (i = 0; i < notes->n; i++)
        tap_say(TAP_NOTICE, "%s", notes->text[i]);
}

static int pns_with_file(const char *path, bool check)
{
    struct tap_pns_config c;
    struct conf_error err;
    struct pns_file *f = pns_file_load(path, &c, &err);
    int result;

    if (f == NULL)
        return bad_file(&err);
    if (!check)
        log_notes(pns_file_notes(f));
    result = check ? check_pns(f, &c) : tap_pns_run(&c);
    pns_file_free(f);
    return result;
}

static int pac_with_file(const char *path, bool check)
{
    struct tap_pac_config c;
    struct conf_error err;
    struct pac_file *f = pac_file_load(path, "pac", &c, &err);
    int result;

    if (f == NULL)
        return bad_file(&err);
    if (pac_file_check_real(f, &err) < 0)
        result = bad_file(&err);
    else
        result = check ? check_pac(f, &c) : tap_pac_run(&c);
    pac_file_free(f);
    return result;
}

static int bridge_with_file(const char *path, bool check)
{
    struct tap_pac_config c;
    struct conf_error err;
    struct pac_file *f = pac_file_load(path, "bridge", &c, &err);
    int result;

    if (f == NULL)
        return bad_file(&err);
    result = check ? check_pac(f, &c) : bridge_run(&c, pac_file_simulated(f));
    pac_file_free(f);
    return result;
}

static int usage(const struct role *r, const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone %s --help` tells more\n", what,
            which, r->name);
    return RUN_INPUT;
}

static int command(const struct role *r, int argc, char **argv)
{
    enum { CHECK = 256, REFERENCE };
    static const struct option options[] = {
        { "check", no_argument, NULL, CHECK },
        { "reference", no_argument, NULL, REFERENCE },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    bool check = false;
    int o;

    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1)
        switch (o) {
        case CHECK: check = true; break;
        case REFERENCE: r->reference(stdout); return RUN_OK;
        case 'h': fputs(r->help, stdout); return RUN_OK;
        default: return usage(r, "unknown option: ", argv[optind - 1]);
        }
    if (optind + 1 != argc)
        return usage(r, "one configuration is expected", "");
    return r->with_file(argv[optind], check);
}

int pns_command(int argc, char **argv)
{
    static const struct role role = { "pns", pns_help, pns_reference,
                                      pns_with_file };

    return command(&role, argc, argv);
}

int pac_command(int argc, char **argv)
{
    static const struct role role = { "pac", pac_help, pac_reference,
                                      pac_with_file };

    return command(&role, argc, argv);
}

int bridge_command(int argc, char **argv)
{
    static const struct role role = { "bridge", bridge_help, pac_reference,
                                      bridge_with_file };

    return command(&role, argc, argv);
}
