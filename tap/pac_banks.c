/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of the PAC daemon; pac_banks.h. */
#include "config.h"

#include "tap/pac_banks.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ppp/stats.h"
#include "tap/client_report.h"
#include "tap/log.h"

enum { WHY = 256 };

/* X(name, unit, help): of terminals and serial ports, and their modems. */
#define PAC_LINE_STATS(X)                                                     \
    X(rings, "rings", "rings of terminals and modems")                        \
    X(noise, "octets", "octets of a terminal that no frame began with")       \
    X(refused_dials, "dials",                                                 \
      "dials of a PNS that a terminal could not take")                        \
    X(rx_frames, "frames", "good frames from terminals and ports")            \
    X(rx_octets, "octets", "octets read from terminals and ports")            \
    X(tx_frames, "frames", "frames written to terminals and ports")           \
    X(tx_octets, "octets", "octets written to terminals and ports")           \
    X(rx_no_packet, "frames", "frames of a line lost: no packet in the pool") \
    X(tx_full, "frames", "frames to a line lost: too many wait for it")       \
    X(tx_too_long, "frames", "frames to a line lost: no frame is that long")  \
    X(tx_no_call, "frames", "frames to a line lost: its call had ended")      \
    X(modem_lines, "lines", "lines that modems said")                         \
    X(modem_unknown, "lines", "lines of modems that mean nothing here")       \
    X(modem_too_long, "lines", "lines of modems that were cut")               \
    X(modem_timeouts, "commands", "commands that a modem did not answer")     \
    X(modem_refused, "commands",                                              \
      "set-up strings that a modem answered by ERROR")                        \
    X(modem_bad_number, "dials",                                              \
      "dials refused: no number, or octets that are no "                      \
      "digits")                                                               \
    X(modem_unasked, "calls", "calls that a modem answered by itself")        \
    X(dcd_lost, "calls", "calls that ended because DCD went")                 \
    X(write_lost, "commands", "commands that a port did not take")

struct pac_line_stats {
    PAC_LINE_STATS(PROBE_MEMBER)
};

static const struct probe line_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct pac_line_stats, name, unit, help),
    PAC_LINE_STATS(X)
#undef X
        PROBE_END
};

/* --- lines --------------------------------------------------------------- */

static uint32_t lines_of(const struct tap_pac_bank *b)
{
    return b->kind == TAP_PAC_CLIENT ? b->client.calls.count : 1;
}

uint32_t tap_pac_banks_lines(const struct tap_pac_config *c)
{
    uint32_t i, n = 0;

    for (i = 0; i < c->banks; i++)
        n += lines_of(&c->bank[i]);
    return n;
}

int tap_pac_banks_init(struct tap_pac_banks *p, const struct tap_pac_config *c)
{
    *p = (struct tap_pac_banks){ .config = c, .report_fd = -1 };
    p->line = calloc(tap_pac_banks_lines(c), sizeof(struct tap_line *));
    p->clients = calloc(c->banks, sizeof *p->clients);
    p->tty = calloc(c->banks, sizeof *p->tty);
    p->serial = calloc(c->banks, sizeof *p->serial);
    return p->line == NULL || p->clients == NULL || p->tty == NULL ||
                   p->serial == NULL
               ? -1
               : 0;
}

static void add_line(struct tap_pac_banks *p, struct tap_line *line,
                     const char *name)
{
    line->name = name;
    p->line[p->lines++] = line;
}

static int make_clients(struct tap_pac_banks *p, uint32_t i,
                        struct tap_world *w, const struct ppp_secrets *secrets)
{
    const struct tap_pac_bank *b = &p->config->bank[i];
    const struct tap_pac_lines *between = p->config->lines;
    uint32_t k;

    if (tap_client_init(&p->clients[i], &b->client, &w->keeper, secrets) < 0)
        return -1;
    p->clients[i].events = &w->events;
    if (between != NULL &&
        between->make(p->config->lines_ctx, i, &p->clients[i], &w->pool) < 0)
        return -1;
    for (k = 0; k < b->client.calls.count; k++)
        add_line(p, &p->clients[i].client[k].line, b->name);
    return 0;
}

/* The banks' lines; a client's configuration gets what only we know. */
static int make_bank(struct tap_pac_banks *p, uint32_t i, struct tap_world *w,
                     const struct ppp_secrets *secrets)
{
    const struct tap_pac_bank *b = &p->config->bank[i];

    switch (b->kind) {
    case TAP_PAC_PTY:
    case TAP_PAC_STDIO:
        if ((b->kind == TAP_PAC_PTY
                 ? tap_line_pty_init(&p->tty[i], &b->tty)
                 : tap_line_stdio_init(&p->tty[i], &b->tty)) < 0)
            return -1;
        add_line(p, &p->tty[i].line, b->name);
        break;
    case TAP_PAC_SERIAL:
        if (tap_line_serial_init(&p->serial[i], &b->serial) < 0)
            return -1;
        add_line(p, &p->serial[i].line, b->name);
        break;
    case TAP_PAC_CLIENT: return make_clients(p, i, w, secrets);
    }
    return 0;
}

/* Where lines have numbers of their own. */
static int give_numbers(const struct tap_pac_banks *p, struct nas_pac *nas)
{
    char number[NAS_PPPS_USER];
    uint32_t i, k, line = 0;

    for (i = 0; i < p->config->banks; i++) {
        const struct tap_pac_bank *b = &p->config->bank[i];

        for (k = 0; k < lines_of(b); k++, line++) {
            if (b->own_number == NULL)
                continue;
            nas_callers_name(b->own_number, k, number);
            if (nas_pac_number(nas, line, number) != PPTP_OK)
                return -1;
        }
    }
    return 0;
}

int tap_pac_banks_make(struct tap_pac_banks *p, struct nas_pac *nas,
                       struct tap_world *w, const struct ppp_secrets *secrets)
{
    uint32_t i;

    for (i = 0; i < p->config->banks; i++)
        if (make_bank(p, i, w, secrets) < 0)
            return -1;
    for (i = 0; i < p->lines; i++) {
        p->line[i]->loop = &w->loop;
        p->line[i]->pool = &w->pool;
        if (nas_pac_add(nas, p->line[i]->nas) != PPTP_OK)
            return -1;
    }
    return give_numbers(p, nas);
}

/* Where a pppd is to call. */
void tap_pac_banks_say(const struct tap_pac_banks *p)
{
    uint32_t i;

    for (i = 0; i < p->config->banks; i++) {
        const struct tap_pac_bank *b = &p->config->bank[i];
        const char *link = b->tty.link;

        if (b->kind == TAP_PAC_PTY)
            tap_say(TAP_NOTICE, "line %s: %s%s%s%s; callers: `pppd %s ...`",
                    b->name, p->tty[i].slave, link != NULL ? " (" : "",
                    link != NULL ? link : "", link != NULL ? ")" : "",
                    link != NULL ? link : p->tty[i].slave);
    }
}

/* --- open and closed ------------------------------------------------------ */

/* While new files can be opened; it is empty until the end. */
static int open_report(struct tap_pac_banks *p)
{
    const char *path = p->config->report;

    if (path == NULL)
        return 0;
    p->report_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (p->report_fd >= 0)
        return 0;
    tap_say(TAP_ERROR, "report %s: %s", path, strerror(errno));
    return -1;
}

static bool write_report(struct tap_pac_banks *p)
{
    const struct tap_pac_lines *between = p->config->lines;
    json_t *o = json_object(), *list = json_array(), *bank;
    bool written;
    uint32_t i;

    for (i = 0; p->clients != NULL && i < p->config->banks; i++)
        if (p->clients[i].config != NULL) {
            bank = tap_client_json(&p->clients[i]);
            if (between != NULL)
                between->report(p->config->lines_ctx, i, bank);
            json_array_append_new(list, bank);
        }
    json_object_set_new(o, "lines", list);
    written = json_dumpfd(o, p->report_fd,
                          JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
              write(p->report_fd, "\n", 1) == 1 && close(p->report_fd) == 0;
    if (!written)
        tap_say(TAP_ERROR, "report %s: cannot be written: %s",
                p->config->report, strerror(errno));
    json_decref(o);
    return written;
}

int tap_pac_banks_open(struct tap_pac_banks *p)
{
    char why[WHY];
    uint32_t i;

    if (open_report(p) < 0)
        return -1;
    for (i = 0; i < p->lines; i++) {
        struct tap_line *l = p->line[i];

        if (l->ops->open(l, why, sizeof why) < 0) {
            tap_say(TAP_ERROR, "line %s: %s", l->name, why);
            return -1;
        }
    }
    return 0;
}

static bool any_failed(const struct tap_pac_banks *p)
{
    uint32_t i;

    for (i = 0; i < p->lines; i++)
        if (p->line[i]->nas->failed)
            return true;
    for (i = 0; p->clients != NULL && i < p->config->banks; i++)
        if (p->clients[i].config != NULL &&
            tap_client_fell_short(&p->clients[i]))
            return true;
    return false;
}

static void say_clients(struct tap_pac_banks *p, uint32_t bank)
{
    const struct tap_pac_lines *between = p->config->lines;

    tap_client_say(&p->clients[bank]);
    if (between != NULL)
        between->say(p->config->lines_ctx, bank);
}

bool tap_pac_banks_close(struct tap_pac_banks *p, bool served)
{
    bool well = !any_failed(p);
    uint32_t i;

    for (i = 0; i < p->lines; i++)
        p->line[i]->ops->close(p->line[i]);
    if (p->config != NULL && p->report_fd >= 0)
        well = write_report(p) && well;
    for (i = 0; p->clients != NULL && i < p->config->banks; i++)
        if (p->clients[i].config != NULL) {
            if (served)
                say_clients(p, i);
            tap_client_fini(&p->clients[i]);
        }
    free(p->line);
    free(p->clients);
    free(p->tty);
    free(p->serial);
    return well;
}

/* --- counters ------------------------------------------------------------ */

static void add_async(struct pac_line_stats *s,
                      const struct tap_async_stats *a)
{
    s->rx_frames += a->rx_frames;
    s->rx_octets += a->rx_octets;
    s->tx_frames += a->tx_frames;
    s->tx_octets += a->tx_octets;
    s->rx_no_packet += a->rx_no_packet;
    s->tx_full += a->tx_full;
    s->tx_too_long += a->tx_too_long;
    s->tx_no_call += a->tx_no_call;
}

static void add_modem(struct pac_line_stats *s,
                      const struct tap_line_serial *l)
{
    const struct tap_at_stats *a = &l->at.stats;

    add_async(s, &l->async.stats);
    s->rings += l->rings;
    s->dcd_lost += l->dcd_lost;
    s->write_lost += l->write_lost;
    s->modem_lines += a->lines;
    s->modem_unknown += a->unknown;
    s->modem_too_long += a->too_long;
    s->modem_timeouts += a->timeouts;
    s->modem_refused += a->refused;
    s->modem_bad_number += a->bad_number + a->no_number;
    s->modem_unasked += a->unasked;
}

static void add_tty(struct pac_line_stats *s, const struct tap_line_tty *l)
{
    add_async(s, &l->async.stats);
    s->rings += l->rings;
    s->noise += l->noise;
    s->refused_dials += l->refused_dials;
}

static void line_counters(const struct tap_pac_banks *p, tap_counter *each,
                          void *ctx)
{
    struct pac_line_stats s = { 0 };
    uint32_t i;

    for (i = 0; i < p->config->banks; i++)
        switch (p->config->bank[i].kind) {
        case TAP_PAC_PTY:
        case TAP_PAC_STDIO: add_tty(&s, &p->tty[i]); break;
        case TAP_PAC_SERIAL: add_modem(&s, &p->serial[i]); break;
        case TAP_PAC_CLIENT: break;
        }
    tap_count(each, ctx, "line", line_probes, &s);
}

void tap_pac_banks_counters(const struct tap_pac_banks *p, tap_counter *each,
                            void *ctx)
{
    struct nas_caller_stats clients = { 0 };
    struct ppp_stats ppp = { 0 };
    uint32_t i;

    for (i = 0; i < p->config->banks; i++) {
        const struct tap_client_bank *b = &p->clients[i];

        if (b->config == NULL)
            continue;
        probe_merge(nas_caller_probes, &clients, &b->calls.stats);
        probe_merge(ppp_probes, &ppp, ppp_stats(b->calls.ppps.ppp));
    }
    line_counters(p, each, ctx);
    if (p->config->lines != NULL)
        p->config->lines->counters(p->config->lines_ctx, each, ctx);
    tap_count(each, ctx, "client", nas_caller_probes, &clients);
    tap_count(each, ctx, "ppp", ppp_probes, &ppp);
}
