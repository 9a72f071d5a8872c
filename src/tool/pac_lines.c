/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of a PAC's file; pac_file.h. */
#include "config.h"

#include "tool/pac_file.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "conf/key_rows.h"
#include "conf/units.h"
#include "ip/icmp.h"

enum { NAME_MAX_OCTETS = 31, DEVICE_OCTETS = 15 };

#define PING_INTERVAL_MIN_NS PPTP_MS

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
    NUM(pac_caller, calls.count, "count", KEY_COUNT, "1", "1", "65535",
        "so many clients with a line each"),
    NUM(pac_caller, calls.mtu, "mtu", KEY_OCTETS, "1396octets", "576octets",
        "1500octets", "largest packet inside"),
    ROW(pac_caller, calls.answers, "answers", KEY_BOOL, "false",
        "take a call that a PNS places; with redial 0 they place none"),
    ROW(pac_caller, ask_dns, "ask_dns", KEY_BOOL, "false",
        "whether name servers are asked for, and told in the log"),
    ROW(pac_caller, ask_wins, "ask_wins", KEY_BOOL, "false",
        "whether NetBIOS name servers (WINS) are, too"),
    NUM(pac_caller, calls.rate, "rate", KEY_COUNT, "0", "0", "100000",
        "first calls a second, all clients together; 0: all at once"),
    NUM(pac_caller, calls.half_open, "half_open", KEY_COUNT, "1024", "0",
        "65535",
        "calls that are not up yet, at most, and fewer while set-ups slow "
        "down; others wait for their turn; 0: none waits"),
    NUM(pac_caller, calls.hold_ns, "hold", KEY_TIME, "0s", "0s", "720h",
        "a call ends by itself after that time; 0: never"),
    NUM(pac_caller, calls.redial_ns, "redial", KEY_TIME, "5s", "0s", "24h",
        "wait after a call; it doubles while calls fail; 0: each client "
        "calls once"),
    NUM(pac_caller, calls.redial_max_ns, "redial_max", KEY_TIME, "2min", "1ms",
        "24h", "longest wait"),
    NUM(pac_caller, calls.redial_jitter, "redial_jitter", KEY_RATIO, "0.25",
        "0", "1",
        "share of each wait that is drawn, so that callers who were "
        "cut off together do not come back together"),
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
    ROW(pac_client, caller.calls.clamp_mss, "clamp_mss", KEY_BOOL, "true",
        "whether TCP connections that begin get an MSS that fits the tunnel"),
    NUM(pac_client, caller.calls.bps, "speed", KEY_RATE, "100Mbit/s",
        "300bit/s", "4Gbit/s", "of the line, for the other side"),
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
        "24h",
        "between echo requests of a caller, 1ms at least; 0: none are sent"),
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
const struct key_section pac_line_section = SECTION(
    pac_line_file, "line", line_keys,
    "A line has one of pty, stdio, serial, client and simulated.");

/* --- lines -------------------------------------------------------------- */

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
    if (ppp_fill(&f->ppp, false, f->calls.mtu, c, err) < 0)
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
    *c = f->calls;
    c->number = l->number;
    if (c->redial_max_ns < c->redial_ns)
        c->redial_max_ns = c->redial_ns;
    return fill_caller_ppp(f, &c->ppp, err);
}

static int fill_client(const struct pac_line_file *l, struct tap_pac_bank *b,
                       struct tap_prefix **routes, struct conf_error *err)
{
    const struct pac_client *f = &l->client;
    struct tap_client_config *c = &b->client;

    c->device = f->device;
    if (f->device != NULL &&
        (f->device[0] == 0 || strlen(f->device) > DEVICE_OCTETS))
        return config_bad(f->node, "device", "a name of 1 to 15 octets", err);
    if (f->device != NULL && f->caller.calls.count > 1 &&
        strstr(f->device, "%d") == NULL)
        return config_bad(f->node, "device",
                          "several clients need %d in the name", err);
    if (f->device == NULL && f->routes.n > 0)
        return config_bad(f->node, "routes", "they need a `device`", err);
    if (fill_routes(f, routes, &c->routes_n, err) < 0)
        return -1;
    c->routes = *routes;
    if (fill_caller(l, &f->caller, b, err) < 0)
        return -1;
    c->calls.clamp_mss = c->calls.clamp_mss && f->device != NULL;
    return 0;
}

/* What a caller sends has to pass; and so many a second that this machine is
 * never done with them end nothing any more, not even by a signal. */
static int check_ping(const struct pac_simulated *f, struct conf_error *err)
{
    const struct sim_pinger_config *c = &f->lines.ping;
    char why[CONFIG_WHY];

    if (c->interval_ns > 0 && c->interval_ns < PING_INTERVAL_MIN_NS)
        return config_bad(f->node, "ping", "interval: 1ms at least, or 0",
                          err);
    if (c->interval_ns > 0 &&
        c->interval_ns <= 2 * f->lines.line.delay_ns / PING_BEHIND)
        return config_bad(f->node, "ping",
                          "interval: 64 of them are no longer than the line's "
                          "delay both ways, so no answer would count",
                          err);
    if (c->octets + ECHO_HEAD_OCTETS <= f->caller.calls.mtu)
        return 0;
    snprintf(why, sizeof why,
             "size: with its headers of %d octets it is longer than `mtu`",
             ECHO_HEAD_OCTETS);
    return config_bad(f->node, "ping", why, err);
}

static int fill_simulated(const struct pac_line_file *l,
                          struct tap_pac_bank *b, struct bridge_lines *lines,
                          struct conf_error *err)
{
    const struct pac_simulated *f = &l->simulated;

    *lines = f->lines;
    if (check_ping(f, err) < 0 || fill_caller(l, &f->caller, b, err) < 0)
        return -1;
    b->client.calls.bps = (uint32_t)f->lines.line.rate_bps;
    return 0;
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
    if (l->own_number != NULL &&
        strlen(l->own_number) + strlen("65535") >= NAS_PPPS_USER)
        return config_bad(l->node, "own_number", "58 octets at most", err);
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

int pac_lines_fill(struct pac_file *f, struct tap_pac_config *c,
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
