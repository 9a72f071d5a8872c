/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads the configuration of a PAC; pac_config.h. */
#include "config.h"

#include "tool/pac_config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "conf/key_rows.h"
#include "conf/units.h"
#include "base/text.h"
#include "bridge/bridge.h"
#include "tap/machine.h"
#include "tap/resolver.h"
#include "tool/world_config.h"

enum { NAME_MAX_OCTETS = 31, DEVICE_OCTETS = 15 };

struct pac_pty {
    const struct conf_node *node; /* NULL: the line is none */
    char *link, *owner, *mode, *caller;
    uint64_t bps;
    pptp_ns again_ns;
};

struct pac_stdio {
    const struct conf_node *node;
    char *caller;
    uint64_t bps;
};

struct pac_serial {
    const struct conf_node *node;
    char *device, *dial, *answer, *hangup;
    struct key_strings init;
    uint64_t speed, bps;
    bool rtscts, dcd, dtr;
    uint32_t rings;
    pptp_ns connect_ns;
};

/* What all callers of our own have, whatever their lines are. */
struct pac_caller {
    const struct conf_node *node;
    struct ppp_file ppp;
    char *user;
    uint32_t count, rate, half_open;
    uint64_t mtu;
    bool ask_dns, ask_wins, answers;
    pptp_ns hold_ns, redial_ns, redial_max_ns;
};

struct pac_client {
    const struct conf_node *node;
    struct pac_caller caller;
    char *device;
    struct key_strings routes;
    uint64_t bps;
    bool clamp_mss;
};

struct pac_simulated {
    const struct conf_node *node;
    struct pac_caller caller;
    struct bridge_lines lines;
};

struct pac_line_file {
    const struct conf_node *node;
    char *name, *number, *own_number;
    uint32_t channel;
    struct pac_pty pty;
    struct pac_stdio stdio;
    struct pac_serial serial;
    struct pac_client client;
    struct pac_simulated simulated;
};

struct pac_file {
    const struct conf_node *node;
    struct conf_tree *tree;
    struct world_file world;
    int mode;
    struct key_strings peers, listen, local;
    char *secrets, *report;
    pptp_ns retry_ns, retry_max_ns;
    struct pac_line_file *line;
    size_t lines;
    struct tap_pac_bank *bank;      /* lines of them */
    struct tap_prefix **routes;     /* of each bank, or NULL */
    struct bridge_lines *simulated; /* of each bank */
    struct notes notes;
};

/* --- the table ---------------------------------------------------------- */

static const struct key pty_keys[] = {
    ROW(pac_pty, link, "link", KEY_PATH, NULL,
        "symbolic link to the terminal that a pppd dials in on"),
    ROW(pac_pty, owner, "owner", KEY_STRING, NULL,
        "who may open it; default: root"),
    ROW(pac_pty, mode, "mode", KEY_STRING, "600",
        "permissions of the terminal, octal"),
    ROW(pac_pty, caller, "caller", KEY_STRING, NULL,
        "the caller's number, for the PNS"),
    NUM(pac_pty, bps, "speed", KEY_RATE, "115200bit/s", "300bit/s", "4Gbit/s",
        "what the PNS is told"),
    NUM(pac_pty, again_ns, "again", KEY_TIME, "10s", "0s", "1h",
        "after a call, until a program that did not let go may call again"),
};
static const struct key_section pty_section = SECTION(
    pac_pty, "pty", pty_keys, "A pseudo-terminal: pppd LINK ...");

static const struct key stdio_keys[] = {
    ROW(pac_stdio, caller, "caller", KEY_STRING, NULL,
        "the caller's number, for the PNS"),
    NUM(pac_stdio, bps, "speed", KEY_RATE, "115200bit/s", "300bit/s",
        "4Gbit/s", "what the PNS is told"),
};
static const struct key_section stdio_section = SECTION(
    pac_stdio, "stdio", stdio_keys,
    "Standard input and output, for `pppd pty`: one call.");

static const struct key serial_keys[] = {
    ROW(pac_serial, device, "device", KEY_PATH, NULL, "the serial port"),
    NUM(pac_serial, speed, "port_speed", KEY_RATE, "115200bit/s", "300bit/s",
        "4Mbit/s", "of the port"),
    ROW(pac_serial, rtscts, "rtscts", KEY_BOOL, "true",
        "hardware flow control"),
    ROW(pac_serial, dcd, "dcd", KEY_BOOL, "true",
        "whether DCD follows the carrier (AT&C1)"),
    ROW(pac_serial, dtr, "dtr", KEY_BOOL, "true",
        "whether the modem hangs up when DTR drops (AT&D2)"),
    ROW(pac_serial, init, "init", KEY_STRINGS, "ATE0V1X4&C1&D2S0=0",
        "set-up strings, one or a list; each has to be answered by OK"),
    ROW(pac_serial, dial, "dial", KEY_STRING, "ATDT", "before the number"),
    ROW(pac_serial, answer, "answer", KEY_STRING, "ATA", "takes a call"),
    ROW(pac_serial, hangup, "hangup", KEY_STRING, "ATH", "ends a call"),
    NUM(pac_serial, rings, "rings", KEY_COUNT, "1", "1", "20",
        "before the PNS is told; 2 where the caller's number comes after "
        "the first"),
    NUM(pac_serial, connect_ns, "connect", KEY_TIME, "60s", "1s", "10min",
        "longest time from answering or dialling to CONNECT"),
    NUM(pac_serial, bps, "speed", KEY_RATE, "33600bit/s", "300bit/s",
        "4Gbit/s", "what the PNS is told when CONNECT names no speed"),
};
static const struct key_section serial_section = SECTION(
    pac_serial, "serial", serial_keys, "A serial port with a modem.");

static const struct key caller_keys[] = {
    INLINE(pac_caller, ppp, ppp_file_section),
    ROW(pac_caller, user, "user", KEY_STRING, NULL,
        "who calls, {n} in it being the client's number, from 1; the "
        "password is in `secrets`"),
    NUM(pac_caller, count, "count", KEY_COUNT, "1", "1", "65535",
        "so many clients with a line each"),
    NUM(pac_caller, mtu, "mtu", KEY_OCTETS, "1396octets", "576octets",
        "1500octets", "largest packet inside"),
    ROW(pac_caller, answers, "answers", KEY_BOOL, "false",
        "take a call that a PNS places; with redial 0 they place none"),
    ROW(pac_caller, ask_dns, "ask_dns", KEY_BOOL, "false",
        "whether name servers are asked for, and told in the log"),
    ROW(pac_caller, ask_wins, "ask_wins", KEY_BOOL, "false",
        "whether NetBIOS name servers (WINS) are, too"),
    NUM(pac_caller, rate, "rate", KEY_COUNT, "0", "0", "100000",
        "first calls a second, all clients together; 0: all at once"),
    NUM(pac_caller, half_open, "half_open", KEY_COUNT, "1024", "0", "65535",
        "calls that are not up yet, at most, and fewer while set-ups slow "
        "down; others wait for their turn; 0: none waits"),
    NUM(pac_caller, hold_ns, "hold", KEY_TIME, "0s", "0s", "720h",
        "a call ends by itself after that time; 0: never"),
    NUM(pac_caller, redial_ns, "redial", KEY_TIME, "5s", "0s", "24h",
        "wait after a call; it doubles while calls fail; 0: each client "
        "calls once"),
    NUM(pac_caller, redial_max_ns, "redial_max", KEY_TIME, "2min", "1ms",
        "24h", "longest wait"),
};
static const struct key_section caller_section = SECTION(
    pac_caller, "caller", caller_keys, "Callers of our own.");

static const struct key client_keys[] = {
    INLINE(pac_client, caller, caller_section),
    ROW(pac_client, device, "device", KEY_STRING, NULL,
        "TUN device of a client, with %d for the number; default: none, "
        "what arrives is only counted"),
    ROW(pac_client, routes, "routes", KEY_STRINGS, NULL,
        "networks that lead into the device"),
    ROW(pac_client, clamp_mss, "clamp_mss", KEY_BOOL, "true",
        "whether TCP connections that begin get an MSS that fits the tunnel"),
    NUM(pac_client, bps, "speed", KEY_RATE, "100Mbit/s", "300bit/s", "4Gbit/s",
        "of the line, for the other side"),
};
static const struct key_section client_section = SECTION(
    pac_client, "client", client_keys,
    "PPP clients of our own. Keys of PPP as for a server: what the client "
    "is willing to do.");

static const struct key simulated_line_keys[] = {
    NUM(line_config, rate_bps, "rate", KEY_RATE, "33600bit/s", "300bit/s",
        "4Gbit/s", "each way; the other side is told"),
    NUM(line_config, delay_ns, "delay", KEY_TIME, "0s", "0s", "1h",
        "from the last bit sent to the last one received"),
    NUM(line_config, buffer_packets, "buffer", KEY_PACKETS, "32packets",
        "1packets", "1000000packets",
        "frames that a direction holds, with the one being sent"),
};
static const struct key_section simulated_line_section = SECTION_NO_NODE(
    line_config, "line", simulated_line_keys, "A simulated telephone line.");

static const struct key ping_keys[] = {
    NUM(sim_pinger_config, interval_ns, "interval", KEY_TIME, "1s", "0s",
        "24h", "between echo requests of a caller; 0: none are sent"),
    NUM(sim_pinger_config, octets, "size", KEY_OCTETS, "56octets", "8octets",
        "1400octets", "of data in each"),
    ROW(sim_pinger_config, to, "to", KEY_IPV4, NULL,
        "who is asked; default: the other side's inner address"),
};
static const struct key_section ping_section = SECTION_NO_NODE(
    sim_pinger_config, "ping", ping_keys,
    "What a caller does while its call is up.");

static const struct key simulated_keys[] = {
    INLINE(pac_simulated, caller, caller_section),
    SUB(pac_simulated, lines.line, "line", simulated_line_section,
        "between a caller and us"),
    SUB(pac_simulated, lines.ping, "ping", ping_section, "what callers send"),
};
static const struct key_section simulated_section = SECTION(
    pac_simulated, "simulated", simulated_keys,
    "Simulated callers on simulated telephone lines, of `dialtone bridge` "
    "only. Keys of PPP as for a client.");

static const struct key line_keys[] = {
    ROW(pac_line_file, name, "name", KEY_STRING, key_required,
        "of the line, for messages"),
    ROW(pac_line_file, number, "number", KEY_STRING, NULL,
        "number that is dialled, for the PNS"),
    ROW(pac_line_file, own_number, "own_number", KEY_STRING, NULL,
        "the line's own, {n} in it being the client's, from 1: where lines "
        "have one, a PNS's call goes to the line whose number it dials, and "
        "to any that is free else"),
    NUM(pac_line_file, channel, "channel", KEY_COUNT, "0", "0", "4294967295",
        "physical channel, for the PNS"),
    SUB(pac_line_file, pty, "pty", pty_section, "a pseudo-terminal, or"),
    SUB(pac_line_file, stdio, "stdio", stdio_section,
        "standard input and output, or"),
    SUB(pac_line_file, serial, "serial", serial_section,
        "a serial port with a modem, or"),
    SUB(pac_line_file, client, "client", client_section,
        "PPP clients of our own, or"),
    SUB(pac_line_file, simulated, "simulated", simulated_section,
        "simulated callers, of `dialtone bridge` only"),
};
static const struct key_section line_section = SECTION(
    pac_line_file, "line", line_keys,
    "A line has one of pty, stdio, serial, client and simulated.");

static const struct key_choice mode_choices[] = {
    { "icrq", NAS_PAC_ICRQ },
    { "ocrq", NAS_PAC_OCRQ },
    { NULL, 0 },
};
static const struct key file_keys[] = {
    WORD(pac_file, mode, "mode", key_required, mode_choices,
         "icrq: peers are PNSs, one control connection each, calls are "
         "told by ICRQ (RFC 2637); ocrq: peers are VPN servers such as "
         "pptpd, accel-ppp, Windows, one control connection a call"),
    ROW(pac_file, peers, "peers", KEY_STRINGS, NULL,
        "their addresses or names, in the order in which they are tried"),
    ROW(pac_file, local, "local", KEY_STRINGS, NULL,
        "our outer address, or several that connections take in turn; "
        "default: what the system takes"),
    ROW(pac_file, listen, "listen", KEY_STRINGS, NULL,
        "our addresses where PNSs may connect to us; default: nowhere"),
    ROW(pac_file, secrets, "secrets", KEY_PATH, NULL,
        "passwords of clients, in the format of pppd's chap-secrets"),
    ROW(pac_file, report, "report", KEY_PATH, NULL,
        "file that says at the end, as JSON, what became of clients' calls"),
    NUM(pac_file, retry_ns, "retry", KEY_TIME, "1s", "10ms", "1h",
        "wait before a PNS is tried again; it doubles"),
    NUM(pac_file, retry_max_ns, "retry_max", KEY_TIME, "1min", "10ms", "24h",
        "longest wait"),
    LIST(pac_file, line, lines, "lines", line_section, "who calls"),
    INLINE(pac_file, world, world_section),
};
static const struct key_section file_section = SECTION(
    pac_file, "PAC", file_keys,
    "A YAML file; `dialtone pac` and `dialtone bridge` read it. Paths are "
    "relative to the file.");

void pac_reference(FILE *out)
{
    keys_reference(out, &file_section);
}

/* --- lines -------------------------------------------------------------- */

/* Of a line that has one. */
static const struct pac_caller *caller_of(const struct pac_line_file *l)
{
    return l->simulated.node != NULL ? &l->simulated.caller
                                     : &l->client.caller;
}

/* A user's name or number as a number. */
static int read_owner(const struct pac_line_file *l, uint32_t *out,
                      struct conf_error *err)
{
    const struct passwd *pw;

    if (l->pty.owner == NULL)
        return 0;
    pw = getpwnam(l->pty.owner);
    if (pw == NULL)
        return config_bad(l->pty.node, "owner", "there is no such user", err);
    *out = (uint32_t)pw->pw_uid;
    return 0;
}

static int read_mode(const struct pac_line_file *l, uint32_t *out,
                     struct conf_error *err)
{
    char *end;
    unsigned long mode = strtoul(l->pty.mode, &end, 8);

    if (*l->pty.mode == 0 || *end != 0 || mode > 0777)
        return config_bad(l->pty.node, "mode", "three octal digits", err);
    *out = (uint32_t)mode;
    return 0;
}

static int fill_pty(const struct pac_line_file *l, struct tap_pac_bank *b,
                    struct conf_error *err)
{
    struct tap_line_tty_config *c = &b->tty;

    b->kind = TAP_PAC_PTY;
    tap_line_tty_config_default(c);
    c->link = l->pty.link;
    c->again_ns = l->pty.again_ns;
    c->connect_bps = (uint32_t)l->pty.bps;
    c->channel = l->channel;
    c->number = l->number;
    c->caller = l->pty.caller;
    if (read_mode(l, &c->mode, err) < 0)
        return -1;
    return read_owner(l, &c->owner, err);
}

static int fill_stdio(const struct pac_line_file *l, struct tap_pac_bank *b,
                      struct conf_error *err)
{
    struct tap_line_tty_config *c = &b->tty;

    (void)err;
    b->kind = TAP_PAC_STDIO;
    tap_line_tty_config_default(c);
    c->connect_bps = (uint32_t)l->stdio.bps;
    c->channel = l->channel;
    c->number = l->number;
    c->caller = l->stdio.caller;
    return 0;
}

static int fill_serial(const struct pac_line_file *l, struct tap_pac_bank *b,
                       struct conf_error *err)
{
    const struct pac_serial *f = &l->serial;
    struct tap_line_serial_config *c = &b->serial;
    size_t i;

    b->kind = TAP_PAC_SERIAL;
    tap_line_serial_config_default(c);
    if (f->device == NULL)
        return conf_fail(err, f->node, "key 'device' is missing");
    if (!tap_serial_speed_known((uint32_t)f->speed))
        return config_bad(f->node, "port_speed",
                          "no port has it; 115200bit/s is usual", err);
    if (f->init.n > TAP_AT_INITS)
        return config_bad(f->node, "init", "8 strings at most", err);
    c->device = f->device;
    c->speed_bps = (uint32_t)f->speed;
    c->rtscts = f->rtscts;
    c->dcd = f->dcd;
    c->connect_bps = (uint32_t)f->bps;
    c->channel = l->channel;
    c->number = l->number;
    for (i = 0; i < f->init.n; i++)
        c->at.init[i] = f->init.v[i];
    for (; i < TAP_AT_INITS; i++)
        c->at.init[i] = NULL;
    c->at.dial = f->dial;
    c->at.answer = f->answer;
    c->at.hangup = f->hangup;
    c->at.rings = f->rings;
    c->at.dtr = f->dtr;
    c->at.connect_ns = f->connect_ns;
    return 0;
}

static int fill_routes(const struct pac_client *f, struct tap_prefix **out,
                       uint32_t *out_n, struct conf_error *err)
{
    struct tap_prefix *list = calloc(f->routes.n * 64 + 1, sizeof *list);
    struct nas_range r;
    char why[CONFIG_WHY];
    uint32_t n = 0;
    size_t i;

    if (list == NULL)
        return conf_fail(err, f->node, "no memory");
    *out = list;
    for (i = 0; i < f->routes.n; i++) {
        if (config_range(f->routes.v[i], &r, why) < 0)
            return config_bad(f->node, "routes", why, err);
        n += tap_prefixes(r.first, r.last, list + n);
        /* halves: they win over a default route that is there, and leave it */
        if (n > 0 && list[n - 1].bits == 0) {
            list[n - 1].bits = 1;
            list[n] = list[n - 1];
            list[n++].ip = UINT32_C(1) << 31;
        }
        if (n > TAP_TUN_ROUTES)
            return config_bad(f->node, "routes", "too many", err);
    }
    *out_n = n;
    return 0;
}

static int fill_caller_ppp(const struct pac_caller *f, struct ppp_config *c,
                           struct conf_error *err)
{
    if (ppp_fill(&f->ppp, false, f->mtu, c, err) < 0)
        return -1;
    if (f->user == NULL && c->give_auth != PPP_AUTH_NONE)
        return conf_fail(err, f->node,
                         "key 'user' is missing: servers ask who calls "
                         "(auth: none, if not)");
    if (f->user != NULL && (f->user[0] == 0 || strlen(f->user) > 63))
        return config_bad(f->node, "user", "1 to 63 octets", err);
    if (f->user != NULL &&
        strlen(f->user) + (strstr(f->user, "{n}") != NULL ? 2 : 0) > 63)
        return config_bad(f->node, "user",
                          "with the number it is longer than 63 octets", err);
    if (f->user != NULL)
        memcpy(c->user, f->user, strlen(f->user) + 1);
    /* who is not asked may still be: nobody refuses to be let in */
    if (c->mppe_allow & PPP_MPPE_REQUIRED)
        c->give_auth &= (uint16_t)~PPP_AUTH_NONE;
    c->ask_dns = f->ask_dns;
    c->ask_wins = f->ask_wins;
    return 0;
}

static int fill_caller(const struct pac_line_file *l,
                       const struct pac_caller *f, struct tap_pac_bank *b,
                       struct conf_error *err)
{
    struct nas_callers_config *c = &b->client.calls;

    b->kind = TAP_PAC_CLIENT;
    b->client.name = l->name;
    c->count = f->count;
    c->number = l->number;
    c->mtu = (uint32_t)f->mtu;
    c->answers = f->answers;
    c->rate = f->rate;
    c->half_open = f->half_open;
    c->hold_ns = f->hold_ns;
    c->redial_ns = f->redial_ns;
    c->redial_max_ns = f->redial_max_ns < f->redial_ns ? f->redial_ns
                                                       : f->redial_max_ns;
    return fill_caller_ppp(f, &c->ppp, err);
}

static int fill_client(const struct pac_line_file *l, struct tap_pac_bank *b,
                       struct tap_prefix **routes, struct conf_error *err)
{
    const struct pac_client *f = &l->client;
    struct tap_client_config *c = &b->client;

    c->calls.bps = (uint32_t)f->bps;
    c->device = f->device;
    c->calls.clamp_mss = f->clamp_mss && f->device != NULL;
    if (f->device != NULL &&
        (f->device[0] == 0 || strlen(f->device) > DEVICE_OCTETS))
        return config_bad(f->node, "device", "a name of 1 to 15 octets", err);
    if (f->device != NULL && f->caller.count > 1 &&
        strstr(f->device, "%d") == NULL)
        return config_bad(f->node, "device",
                          "several clients need %d in the name", err);
    if (f->device == NULL && f->routes.n > 0)
        return config_bad(f->node, "routes", "they need a `device`", err);
    if (fill_routes(f, routes, &c->routes_n, err) < 0)
        return -1;
    c->routes = *routes;
    return fill_caller(l, &f->caller, b, err);
}

static int fill_simulated(const struct pac_line_file *l,
                          struct tap_pac_bank *b, struct bridge_lines *lines,
                          struct conf_error *err)
{
    const struct pac_simulated *f = &l->simulated;

    b->client.calls.bps = (uint32_t)f->lines.line.rate_bps;
    *lines = f->lines;
    return fill_caller(l, &f->caller, b, err);
}

/* Bank i, of a line of the file. */
static int fill_line(struct pac_file *f, size_t i, struct conf_error *err)
{
    const struct pac_line_file *l = &f->line[i];
    struct tap_pac_bank *b = &f->bank[i];
    int kinds = (l->pty.node != NULL) + (l->stdio.node != NULL) +
                (l->serial.node != NULL) + (l->client.node != NULL) +
                (l->simulated.node != NULL);

    if (l->name[0] == 0 || strlen(l->name) > NAME_MAX_OCTETS)
        return config_bad(l->node, "name", "1 to 31 octets", err);
    if (l->number != NULL && strlen(l->number) > 63)
        return config_bad(l->node, "number", "63 octets at most", err);
    if (kinds != 1)
        return conf_fail(err, l->node,
                         "line '%s' has to have one of pty, stdio, "
                         "serial, client and simulated",
                         l->name);
    b->name = l->name;
    b->own_number = l->own_number;
    if (l->pty.node != NULL)
        return fill_pty(l, b, err);
    if (l->stdio.node != NULL)
        return fill_stdio(l, b, err);
    if (l->serial.node != NULL)
        return fill_serial(l, b, err);
    if (l->simulated.node != NULL)
        return fill_simulated(l, b, &f->simulated[i], err);
    return fill_client(l, b, &f->routes[i], err);
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* A route leads into one device: two clients cannot have the same. */
static int check_routes(const struct pac_file *f,
                        const struct tap_pac_config *c, size_t i,
                        struct conf_error *err)
{
    const struct tap_client_config *b = &c->bank[i].client;
    uint32_t k, j;
    size_t other;

    if (c->bank[i].kind != TAP_PAC_CLIENT || b->routes_n == 0)
        return 0;
    if (b->calls.count > 1)
        return config_bad(f->line[i].client.node, "routes",
                          "they lead into one device: one client only can "
                          "have them",
                          err);
    for (other = 0; other < i; other++)
        for (k = 0; k < b->routes_n; k++)
            for (j = 0; j < c->bank[other].client.routes_n; j++)
                if (b->routes[k].ip == c->bank[other].client.routes[j].ip &&
                    b->routes[k].bits == c->bank[other].client.routes[j].bits)
                    return config_bad(f->line[i].client.node, "routes",
                                      "another line has one of them", err);
    return 0;
}

/* Lines that want the same port, link or device. */
static int check_lines(const struct pac_file *f,
                       const struct tap_pac_config *c, struct conf_error *err)
{
    size_t i, k;

    for (i = 0; i < f->lines; i++) {
        const struct pac_line_file *l = &f->line[i];

        if (check_routes(f, c, i, err) < 0)
            return -1;
        for (k = 0; k < i; k++) {
            const struct pac_line_file *o = &f->line[k];

            if (same_text(l->name, o->name))
                return config_bad(l->node, "name", "another line is called so",
                                  err);
            if (same_text(l->serial.device, o->serial.device))
                return config_bad(l->serial.node, "device",
                                  "another line has that port", err);
            if (same_text(l->pty.link, o->pty.link))
                return config_bad(l->pty.node, "link",
                                  "another line has that link", err);
            if (same_text(l->client.device, o->client.device) &&
                strstr(l->client.device, "%d") == NULL)
                return config_bad(l->client.node, "device",
                                  "another line has it; cure: a %d in the "
                                  "name",
                                  err);
        }
    }
    return 0;
}

/* No two lines may have one number. */
static int add_numbers(struct nas_numbers *all, const struct pac_line_file *l,
                       const struct tap_pac_bank *b, struct conf_error *err)
{
    uint32_t i, n = b->kind == TAP_PAC_CLIENT ? b->client.calls.count : 1;
    char number[NAS_PPPS_USER], why[CONFIG_WHY];

    for (i = 0; i < n; i++) {
        nas_callers_name(l->own_number, i, number);
        if (nas_numbers_add(all, number, i) == PPTP_OK)
            continue;
        snprintf(why, sizeof why,
                 "'%.40s' is no number of 1 to 16 digits, or another line has "
                 "it; several clients need {n} in it",
                 number);
        return config_bad(l->node, "own_number", why, err);
    }
    return 0;
}

static int check_numbers(const struct pac_file *f, struct conf_error *err)
{
    struct nas_numbers all = { 0 };
    int result = 0;
    size_t i;

    for (i = 0; i < f->lines && result == 0; i++)
        if (f->line[i].own_number != NULL)
            result = add_numbers(&all, &f->line[i], &f->bank[i], err);
    nas_numbers_fini(&all);
    return result;
}

/* One pattern for the keeper: what all devices have in common. */
static int fill_devices(struct pac_file *f, struct tap_pac_config *c,
                        struct conf_error *err)
{
    size_t i, k;

    for (i = 0; i < f->lines; i++) {
        const struct pac_client *l = &f->line[i].client;

        if (l->node == NULL || l->device == NULL)
            continue;
        if (c->devices != NULL && strcmp(c->devices, l->device) != 0)
            return config_bad(l->node, "device",
                              "all clients have to have the same, with %d "
                              "in it",
                              err);
        c->devices = l->device;
        for (k = 0; k < c->bank[i].client.routes_n; k++)
            if (c->bank[i].client.routes[k].bits < TAP_KEEPER_WIDEST)
                c->default_route = true;
    }
    return 0;
}

static int fill_lines(struct pac_file *f, struct tap_pac_config *c,
                      struct conf_error *err)
{
    size_t i, stdio = 0;
    bool asked = false;

    if (f->lines == 0)
        return conf_fail(err, f->node, "key 'lines' is missing: who calls?");
    if (f->lines > TAP_PAC_BANKS)
        return config_bad(f->node, "lines", "64 at most", err);
    f->bank = calloc(f->lines, sizeof *f->bank);
    f->routes = calloc(f->lines, sizeof *f->routes);
    f->simulated = calloc(f->lines, sizeof *f->simulated);
    if (f->bank == NULL || f->routes == NULL || f->simulated == NULL)
        return conf_fail(err, NULL, "no memory");
    c->bank = f->bank;
    c->banks = (uint32_t)f->lines;
    for (i = 0; i < f->lines; i++) {
        struct tap_pac_bank *b = &f->bank[i];

        if (fill_line(f, i, err) < 0)
            return -1;
        stdio += b->kind == TAP_PAC_STDIO;
        asked |= b->kind == TAP_PAC_CLIENT &&
                 b->client.calls.ppp.give_auth != PPP_AUTH_NONE;
    }
    if (stdio > 1)
        return config_bad(f->node, "lines", "there is only one stdio", err);
    c->secrets = asked ? f->secrets : NULL;
    c->needs_secrets = asked;
    if (check_lines(f, c, err) < 0 || check_numbers(f, err) < 0)
        return -1;
    return fill_devices(f, c, err);
}

/* --- all of it ---------------------------------------------------------- */

static int fill_peers(const struct pac_file *f, struct tap_pac_config *c,
                      struct conf_error *err)
{
    char why[CONFIG_WHY];
    size_t i, k;

    if (f->peers.n > TAP_PAC_PEERS)
        return config_bad(f->node, "peers", "16 of them at most", err);
    if (f->peers.n == 0 && (f->listen.n == 0 || f->mode == NAS_PAC_OCRQ))
        return conf_fail(err, f->node,
                         "key 'peers' is missing: whom to call?");
    for (i = 0; i < f->peers.n; i++) {
        if (units_ipv4(f->peers.v[i], &c->peer[i].ip, why, sizeof why) < 0 &&
            !tap_resolver_name(f->peers.v[i])) {
            snprintf(why, sizeof why,
                     "'%.60s' is neither an IPv4 address nor a name",
                     f->peers.v[i]);
            return config_bad(f->node, "peers", why, err);
        }
        if (tap_resolver_name(f->peers.v[i]))
            c->peer[i].name = f->peers.v[i];
        else if (c->peer[i].ip == 0)
            return config_bad(f->node, "peers", "0.0.0.0 is nobody", err);
        for (k = 0; k < i; k++)
            if (strcasecmp(f->peers.v[k], f->peers.v[i]) == 0)
                return config_bad(f->node, "peers", "one is there twice", err);
    }
    c->peers = (uint32_t)f->peers.n;
    return 0;
}

/* Each line may have a call, and in ocrq a connection of its own. */
static int check_limits(const struct pac_file *f, uint32_t lines,
                        struct conf_error *err)
{
    const struct world_limits *l = &f->world.limits;
    const struct conf_node *at = f->node;
    const char *key = "lines";
    char why[CONFIG_WHY];
    size_t i;

    /* where one bank is too many by itself, that is the place */
    for (i = 0; i < f->lines; i++)
        if (caller_of(&f->line[i])->count > 1) {
            at = caller_of(&f->line[i])->node;
            key = "count";
        }
    if (lines > l->calls) {
        snprintf(
            why, sizeof why,
            "%u line%s, and `limits` has %u call%s; cure: limits: { calls: "
            "%u }",
            lines, pptp_plural(lines), l->calls, pptp_plural(l->calls), lines);
        return config_bad(at, key, why, err);
    }
    if (f->mode == NAS_PAC_ICRQ || lines <= l->conns)
        return 0;
    snprintf(why, sizeof why,
             "%u line%s with a connection each, and `limits` has %u; cure: "
             "limits: { connections: %u }",
             lines, pptp_plural(lines), l->conns, lines);
    return config_bad(at, key, why, err);
}

/* Beside those of calls there are connections that are just ending. */
static uint32_t more_conns(const struct pac_file *f, uint32_t lines)
{
    uint32_t conns = f->world.limits.conns;

    if (f->mode == NAS_PAC_OCRQ && conns < lines + lines / 8)
        conns = lines + lines / 8;
    return conns < 65000 ? conns : 65000;
}

static int fill_world(struct pac_file *f, const char *name,
                      struct tap_pac_config *p, struct conf_error *err)
{
    struct tap_world_config *c = &p->world;
    uint32_t lines = 0, i;

    if (world_fill(&f->world, name, c, err) < 0)
        return -1;
    for (i = 0; i < p->banks; i++)
        lines += p->bank[i].kind == TAP_PAC_CLIENT
                     ? p->bank[i].client.calls.count
                     : 1;
    if (lines > 65000)
        return config_bad(f->node, "lines", "65000 together at most", err);
    if (check_limits(f, lines, err) < 0)
        return -1;
    c->local_n = 1;
    c->listens = f->listen.n > 0;
    c->connects = f->peers.n > 0;
    if (f->local.n > 0 &&
        world_fill_local("local", &f->local, f->node, c, err) < 0)
        return -1;
    if (c->listens &&
        world_fill_local("listen", &f->listen, f->node, c, err) < 0)
        return -1;
    c->limits.conns = more_conns(f, lines);
    c->pptp.role = f->mode == NAS_PAC_ICRQ ? PPTP_ROLE_PAC : PPTP_ROLE_PNS;
    c->pptp.allow_multiple = f->mode == NAS_PAC_OCRQ;
    c->pptp.max_channels = (uint16_t)(f->mode == NAS_PAC_ICRQ ? lines : 0);
    return world_check(c, f->node, err);
}

/* Files that would destroy each other. */
static int check_files(const struct pac_file *f, struct conf_error *err)
{
    const struct world_path paths[] = {
        { "journal", f->world.journal },    { "events", f->world.events },
        { "secrets", f->secrets },          { "report", f->report },
        { NULL, conf_root(f->tree)->file },
    };

    return world_check_paths(&f->world, paths, COUNT(paths), err);
}

static int fill(struct pac_file *f, const char *name, struct tap_pac_config *c,
                struct conf_error *err)
{
    c->mode = (enum nas_pac_mode)f->mode;
    c->report = f->report;
    c->retry_ns = f->retry_ns;
    c->retry_max_ns = f->retry_max_ns < f->retry_ns ? f->retry_ns
                                                    : f->retry_max_ns;
    if (fill_peers(f, c, err) < 0 || fill_lines(f, c, err) < 0 ||
        fill_world(f, name, c, err) < 0)
        return -1;
    return check_files(f, err);
}

static struct pac_file *load(struct conf_tree *tree, const char *dir,
                             const char *name, struct tap_pac_config *out,
                             struct conf_error *err)
{
    struct pac_file *f = calloc(1, sizeof *f);

    memset(out, 0, sizeof *out);
    if (f == NULL) {
        conf_free(tree);
        conf_fail(err, NULL, "no memory");
        return NULL;
    }
    f->tree = tree;
    if (keys_bind(&file_section, conf_root(tree), dir, f, err) == 0 &&
        fill(f, name, out, err) == 0)
        return f;
    pac_file_free(f);
    return NULL;
}

struct pac_file *pac_file_load(const char *path, const char *name,
                               struct tap_pac_config *out,
                               struct conf_error *err)
{
    const char *slash = strrchr(path, '/');
    char *dir = strndup(path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    struct conf_tree *tree = dir == NULL ? NULL : conf_load(path, err);
    struct pac_file *f = tree == NULL ? NULL : load(tree, dir, name, out, err);

    if (dir == NULL)
        conf_fail(err, NULL, "no memory");
    free(dir);
    if (f != NULL && out->needs_secrets && f->secrets == NULL) {
        conf_fail(err, f->node,
                  "key 'secrets' is missing: clients have to prove who "
                  "they are");
        pac_file_free(f);
        return NULL;
    }
    return f;
}

struct pac_file *pac_file_parse(const char *name, const char *text,
                                struct tap_pac_config *out,
                                struct conf_error *err)
{
    struct conf_tree *tree = conf_parse(name, text, strlen(text), err);

    return tree == NULL ? NULL : load(tree, "", name, out, err);
}

/* --- on this machine ---------------------------------------------------- */

static int check_port(const struct pac_serial *s, struct conf_error *err)
{
    struct stat st;
    char why[CONFIG_WHY];

    if (stat(s->device, &st) < 0)
        snprintf(why, sizeof why, "%.80s: %s", s->device, strerror(errno));
    else if (!S_ISCHR(st.st_mode))
        snprintf(why, sizeof why, "%.80s is no serial port", s->device);
    else
        return 0;
    return config_bad(s->node, "device", why, err);
}

/* Another interface's routes; what a daemon that runs has set is its own. */
static int check_free(const struct pac_client *l,
                      const struct tap_client_config *c,
                      const struct tap_machine *m, struct conf_error *err)
{
    const struct tap_machine_route *there;
    char why[CONFIG_WHY];
    uint32_t i;

    for (i = 0; i < c->routes_n; i++) {
        there = tap_machine_route(m, &c->routes[i]);
        if (there == NULL)
            continue;
        snprintf(why, sizeof why,
                 "%s/%u leads to %.16s already: the networks behind the "
                 "tunnel have to be networks of their own",
                 tap_ip(c->routes[i].ip), c->routes[i].bits,
                 tap_machine_device(m, there->index));
        return config_bad(l->node, "routes", why, err);
    }
    return 0;
}

static int check_all_free(const struct pac_file *f,
                          const struct tap_pac_config *c,
                          struct conf_error *err)
{
    struct tap_machine *m = malloc(sizeof *m);
    struct tap_netlink netlink = { .fd = -1 };
    int result = 0;
    uint32_t i;

    if (m != NULL && c->devices != NULL && tap_netlink_open(&netlink) == 0 &&
        tap_machine_read(m, &netlink) == 0) {
        tap_machine_forget(m, c->devices);
        for (i = 0; i < c->banks && result == 0; i++)
            if (c->bank[i].kind == TAP_PAC_CLIENT)
                result = check_free(&f->line[i].client, &c->bank[i].client, m,
                                    err);
    }
    tap_netlink_close(&netlink);
    free(m);
    return result;
}

int pac_file_check(struct pac_file *f, const struct tap_pac_config *c,
                   struct conf_error *err)
{
    size_t i;

    world_note_addresses(&f->world, c->world.listens ? "listen" : "local",
                         c->world.local, c->world.local_n, &f->notes);
    for (i = 0; i < f->lines; i++)
        if (f->line[i].serial.node != NULL &&
            check_port(&f->line[i].serial, err) < 0)
            return -1;
    if (check_all_free(f, c, err) < 0)
        return -1;
    return world_check_here(&f->world, err);
}

int pac_file_check_users(const struct pac_file *f,
                         const struct tap_pac_config *c,
                         const struct ppp_secrets *table,
                         struct conf_error *err)
{
    char why[CONFIG_WHY];
    uint32_t i;

    for (i = 0; i < c->banks; i++) {
        const struct tap_pac_bank *b = &c->bank[i];
        char user[NAS_PPPS_USER];

        if (tap_pac_has_secrets(b, table, user))
            continue;
        snprintf(why, sizeof why,
                 "'%.63s' is not in secrets; cure: a line there", user);
        return config_bad(caller_of(&f->line[i])->node, "user", why, err);
    }
    return 0;
}

const struct bridge_lines *pac_file_simulated(const struct pac_file *f)
{
    return f->simulated;
}

int pac_file_check_real(const struct pac_file *f, struct conf_error *err)
{
    size_t i;

    for (i = 0; i < f->lines; i++)
        if (f->line[i].simulated.node != NULL)
            return conf_fail(err, f->line[i].simulated.node,
                             "simulated callers are of `dialtone bridge` "
                             "only");
    return 0;
}

const struct notes *pac_file_notes(const struct pac_file *f)
{
    return &f->notes;
}

void pac_file_free(struct pac_file *f)
{
    size_t i;

    if (f == NULL)
        return;
    for (i = 0; f->routes != NULL && i < f->lines; i++)
        free(f->routes[i]);
    free(f->routes);
    free(f->simulated);
    free(f->bank);
    keys_free(&file_section, f);
    conf_free(f->tree);
    free(f);
}
