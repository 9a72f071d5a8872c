/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of `dialtone call`; call_cmd.h.  It is a PAC with one line
 * that has a PPP client on it: a configuration is written for that and read
 * as one from a file would be.
 */
#include "config.h"

#include "tool/call_cmd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ppp/secrets.h"
#include "tap/priv.h"
#include "tap/resolver.h"
#include "tool/pac_config.h"
#include "tool/run.h"

static const char help[] =
    "Usage: dialtone call [options] HOST\n"
    "\n"
    "Calls a PPTP server and puts a TUN device on the tunnel, in the\n"
    "foreground, until SIGINT or SIGTERM; calls again when the session is\n"
    "lost. Takes root, or the capabilities CAP_NET_ADMIN and CAP_NET_RAW,\n"
    "and gives them up once everything is open.\n"
    "\n"
    "  -u, --user NAME           who we are; asked for on a terminal\n"
    "  -p, --password-file FILE  its first line is the password; mode 600.\n"
    "                            Without: asked for on a terminal\n"
    "  -r, --route NET/BITS      leads into the tunnel, also several times\n"
    "  -d, --default-route       everything does, but the server itself\n"
    "  -t, --device NAME         of the TUN device; default pptp%d\n"
    "  -a, --auth LIST           what we are willing to do: mschap2, "
    "mschap1,\n"
    "                            chap, pap, none; default mschap2\n"
    "  -m, --mppe WORD           encryption: off, allowed or required;\n"
    "                            default allowed\n"
    "      --mppe-weak           keys of 40 and 56 bits, too, where the "
    "server\n"
    "                            asks for no better ones\n"
    "      --mtu OCTETS          largest packet inside; default 1396\n"
    "      --no-clamp-mss        TCP connections keep the MSS that they ask "
    "for\n"
    "      --port N              TCP port of the server; default 1723\n"
    "  -1, --once                no second call when the session is lost\n"
    "      --run-as USER         who the process becomes; default nobody\n"
    "      --socket FILE         for `dialtone ctl`; default\n"
    "                            /run/dialtone/call.sock, or when a call "
    "has\n"
    "                            that already call-PID.sock; none: none\n"
    "      --journal FILE        every input and decision, for `dialtone\n"
    "                            replay`; holds secrets\n"
    "  -h, --help                this text\n"
    "\n"
    "PPTP is no safe VPN today: MS-CHAPv2 and MPPE are broken.\n"
    "\n"
    "Exit: 0 ended in order, 1 it could not begin or go on, or the server\n"
    "does not want us; 2 usage.\n";

enum { PASSWORD_MAX = 256, ROUTES = 64 };

struct call {
    const char *host, *user, *password_file, *device, *auth, *mppe, *mtu;
    const char *port, *run_as, *journal, *socket;
    const char *route[ROUTES];
    unsigned routes;
    bool default_route, once, no_clamp, mppe_weak;
    char user_line[64];
    char password[PASSWORD_MAX];
};

static int fail(const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone call --help` tells more\n",
            what, which);
    return RUN_INPUT;
}

/* --- who and where ------------------------------------------------------ */

/* Where it is, is looked up for each call. */
static int check_host(const struct call *c)
{
    struct in_addr ip;

    if (inet_pton(AF_INET, c->host, &ip) == 1 || tap_resolver_name(c->host))
        return RUN_OK;
    return fail("neither an IPv4 address nor the name of a host: ", c->host);
}

static void cut_line(char *line)
{
    line[strcspn(line, "\r\n")] = 0;
}

/* A line from the terminal, of which a secret one is not shown. */
static int ask(const char *what, char *line, size_t cap, bool secret)
{
    struct termios shown, hidden;
    bool hide = secret && tcgetattr(STDIN_FILENO, &shown) == 0;
    char *got;

    if (!isatty(STDIN_FILENO))
        return -1;
    fprintf(stderr, "%s: ", what);
    if (hide) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    got = fgets(line, (int)cap, stdin);
    if (hide) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    if (got != NULL)
        cut_line(line);
    return got != NULL ? 0 : -1;
}

static int read_password(struct call *c)
{
    char why[256], *text;
    size_t len;

    if (c->password_file == NULL) {
        if (ask("password", c->password, sizeof c->password, true) == 0)
            return RUN_OK;
        return fail("no terminal to ask for the password; cure: "
                    "--password-file",
                    "");
    }
    text = tap_secret_file(c->password_file, &len, why, sizeof why);
    if (text == NULL) {
        fprintf(stderr, "dialtone: %s: %s\n", c->password_file, why);
        return RUN_INPUT;
    }
    text[len] = 0;
    cut_line(text);
    snprintf(c->password, sizeof c->password, "%s", text);
    ppp_wipe(text, len);
    free(text);
    return RUN_OK;
}

static int read_who(struct call *c)
{
    if (strcmp(c->auth, "none") == 0)
        return RUN_OK;
    if (c->user == NULL) {
        if (ask("user", c->user_line, sizeof c->user_line, false) < 0)
            return fail("who are you? --user is missing", "");
        c->user = c->user_line;
    }
    return read_password(c);
}

/* --- a configuration ---------------------------------------------------- */

/* As a YAML text in double quotes. */
static void put_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        if ((unsigned char)*text < ' ')
            fprintf(out, "\\x%02x", (unsigned char)*text);
        else
            putc(*text, out);
    }
    putc('"', out);
}

static void put(FILE *out, const char *key, const char *value)
{
    if (value == NULL)
        return;
    fprintf(out, "%s: ", key);
    put_quoted(out, value);
    putc('\n', out);
}

/* "a,b" as a list. */
static void put_list(FILE *out, const char *key, const char *list)
{
    char copy[256], *save = NULL, *word;

    snprintf(copy, sizeof copy, "%s", list);
    fprintf(out, "%s: [", key);
    for (word = strtok_r(copy, ", ", &save); word != NULL;
         word = strtok_r(NULL, ", ", &save)) {
        put_quoted(out, word);
        fputs(", ", out);
    }
    fputs("]\n", out);
}

static void put_routes(FILE *out, const struct call *c)
{
    unsigned i;

    fputs("      routes: [", out);
    for (i = 0; i < c->routes; i++) {
        put_quoted(out, c->route[i]);
        fputs(", ", out);
    }
    if (c->default_route)
        fputs("0.0.0.0/0", out);
    fputs("]\n", out);
}

static char *configuration(const struct call *c)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    if (out == NULL)
        return NULL;
    fputs("mode: ocrq\n", out);
    put(out, "peers", c->host);
    put(out, "port", c->port);
    put(out, "user", c->run_as);
    put(out, "journal", c->journal);
    if (c->socket != NULL)
        fputs("control:\n", out);
    put(out, "  socket", c->socket);
    fputs("drain: 6s\nlimits: {calls: 1, connections: 2, packets: 2048}\n"
          "lines:\n  - name: call\n    client:\n",
          out);
    put(out, "      user", c->user);
    put_list(out, "      auth", c->auth);
    put(out, "      mppe", c->mppe);
    put(out, "      mppe_weak", c->mppe_weak ? "true" : NULL);
    put(out, "      mtu", c->mtu);
    put(out, "      clamp_mss", c->no_clamp ? "false" : NULL);
    put(out, "      device", c->device);
    put_routes(out, c);
    fprintf(out,
            "      ask_dns: true\n      ask_wins: true\n"
            "      redial: %s\n",
            c->once ? "0s" : "2s");
    return fclose(out) == 0 ? text : NULL;
}

static int run(struct call *c)
{
    struct ppp_secret secret = { .client = "*",
                                 .server = "*",
                                 .secret = (uint8_t *)c->password };
    struct ppp_secrets table = { .list = &secret, .n = 1 };
    struct tap_pac_config config;
    struct pac_file *f = NULL;
    struct conf_error err;
    char *text = configuration(c);
    int result = RUN_INPUT;

    secret.secret_len = (uint8_t)strlen(c->password);
    if (text != NULL)
        f = pac_file_parse("call", text, &config, &err);
    if (text == NULL) {
        fputs("dialtone: no memory\n", stderr);
        result = RUN_INTERNAL;
    } else if (f == NULL) {
        fprintf(stderr, "dialtone: %s\n", err.text);
    } else {
        config.table = &table;
        result = tap_pac_run(&config);
    }
    pac_file_free(f);
    free(text);
    ppp_wipe(c->password, sizeof c->password);
    return result;
}

/* --- the command line --------------------------------------------------- */

static int add_route(struct call *c, const char *route)
{
    if (c->routes == ROUTES)
        return -1;
    c->route[c->routes++] = route;
    return 0;
}

static int options(struct call *c, int argc, char **argv)
{
    enum { MTU = 256, NO_CLAMP, WEAK, PORT, RUN_AS, JOURNAL, SOCKET };
    static const struct option list[] = {
        { "user", required_argument, NULL, 'u' },
        { "password-file", required_argument, NULL, 'p' },
        { "route", required_argument, NULL, 'r' },
        { "default-route", no_argument, NULL, 'd' },
        { "device", required_argument, NULL, 't' },
        { "auth", required_argument, NULL, 'a' },
        { "mppe", required_argument, NULL, 'm' },
        { "mppe-weak", no_argument, NULL, WEAK },
        { "mtu", required_argument, NULL, MTU },
        { "no-clamp-mss", no_argument, NULL, NO_CLAMP },
        { "port", required_argument, NULL, PORT },
        { "once", no_argument, NULL, '1' },
        { "run-as", required_argument, NULL, RUN_AS },
        { "journal", required_argument, NULL, JOURNAL },
        { "socket", required_argument, NULL, SOCKET },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int o;

    while ((o = getopt_long(argc, argv, ":u:p:r:dt:a:m:1h", list, NULL)) != -1)
        switch (o) {
        case 'u': c->user = optarg; break;
        case 'p': c->password_file = optarg; break;
        case 'r':
            if (add_route(c, optarg) < 0)
                return fail("too many routes", "");
            break;
        case 'd': c->default_route = true; break;
        case 't': c->device = optarg; break;
        case 'a': c->auth = optarg; break;
        case 'm': c->mppe = optarg; break;
        case WEAK: c->mppe_weak = true; break;
        case MTU: c->mtu = optarg; break;
        case NO_CLAMP: c->no_clamp = true; break;
        case PORT: c->port = optarg; break;
        case '1': c->once = true; break;
        case RUN_AS: c->run_as = optarg; break;
        case JOURNAL: c->journal = optarg; break;
        case SOCKET: c->socket = optarg; break;
        case 'h': fputs(help, stdout); return -1;
        case ':': return fail("a value is missing for ", argv[optind - 1]);
        default: return fail("unknown option: ", argv[optind - 1]);
        }
    if (optind + 1 != argc)
        return fail("one host is expected", "");
    c->host = argv[optind];
    return RUN_OK;
}

int call_command(int argc, char **argv)
{
    struct call c = { .auth = "mschap2", .device = "pptp%d" };
    int result = options(&c, argc, argv);

    if (result < 0)
        return RUN_OK;
    if (result == RUN_OK)
        result = check_host(&c);
    if (result == RUN_OK)
        result = read_who(&c);
    return result == RUN_OK ? run(&c) : result;
}
