/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trace records to a file and to the calls; see records.h. */
#include "config.h"

#include "tool/records.h"

#include <errno.h>
#include <string.h>

#include "pptp/msg.h"
#include "pptp/peer.h"
#include "pptp/trace.h"
#include "tool/outfile.h"

#define TRACE_FILE "trace.jsonl"
#define LINE_OCTETS 1024

int records_open(struct records *r, const struct scenario *s,
                 struct sim_world *w, const char *dir, struct conf_error *err)
{
    memset(r, 0, sizeof *r);
    r->w = w;
    r->level = s->trace_file;
    if (dir == NULL || s->trace_file == PPTP_TRACE_LEVEL_off)
        return 0;
    r->file = outfile_grow(dir, TRACE_FILE, false, err);
    return r->file == NULL ? -1 : 0;
}

int records_close(struct records *r, const char *dir, struct conf_error *err)
{
    int result = 0;

    if (r->file != NULL) {
        errno = outfile_end(r->file, r->error, outfile_lines);
        if (errno != 0)
            result = outfile_not_in_full(dir, TRACE_FILE, err);
    }
    memset(r, 0, sizeof *r);
    return result;
}

/* Of figures 3.1.1 and 3.1.2, then of the calls' machines. */
static const char *figure_name(uint64_t figure)
{
    static const char *const conn[] = { "originator", "receiver" };

    return figure < 2 ? conn[figure]
                      : pptp_machine_name((enum pptp_machine)(figure - 2));
}

/* The names of a record's numbers, after its members. */
static void print_names(FILE *f, const struct sim_node *n,
                        const struct pptp_trace_rec *rec)
{
    bool of_conn = rec->kind == PPTP_TRACE_conn_state ||
                   rec->kind == PPTP_TRACE_msg_rx ||
                   rec->kind == PPTP_TRACE_msg_tx;
    const struct sim_call *c = of_conn || rec->call == UINT32_MAX
                                   ? NULL
                                   : sim_call_at(n, rec->call);

    if (c != NULL)
        fprintf(f, ",\"name\":\"%s\"", c->name);
    if (rec->kind == PPTP_TRACE_conn_state)
        fprintf(f, ",\"from_state\":\"%s\",\"to_state\":\"%s\"",
                pptp_conn_state_name((enum pptp_conn_state)rec->v[0]),
                pptp_conn_state_name((enum pptp_conn_state)rec->v[1]));
    if (rec->kind == PPTP_TRACE_call_state)
        fprintf(f, ",\"from_state\":\"%s\",\"to_state\":\"%s\"",
                pptp_call_state_name((enum pptp_call_state)rec->v[0]),
                pptp_call_state_name((enum pptp_call_state)rec->v[1]));
    if (rec->kind == PPTP_TRACE_conn_state ||
        rec->kind == PPTP_TRACE_call_state)
        fprintf(f, ",\"figure_name\":\"%s\"", figure_name(rec->v[3]));
    if (rec->kind == PPTP_TRACE_msg_rx || rec->kind == PPTP_TRACE_msg_tx)
        fprintf(f, ",\"type_name\":\"%s\"",
                pptp_msg_name((uint16_t)rec->v[0]));
}

static void note_rtt(const struct sim_node *n,
                     const struct pptp_trace_rec *rec)
{
    struct sim_call *c = sim_call_at(n, rec->call);

    if (c != NULL)
        sim_call_rtt(c, n == c->pns, rec->v[2]);
}

void records_take(void *ctx, const struct sim_node *n,
                  const struct pptp_trace_rec *rec)
{
    struct records *r = ctx;
    char line[LINE_OCTETS];
    size_t len;

    if (rec->kind == PPTP_TRACE_acked)
        note_rtt(n, rec);
    if (r->file == NULL || r->error != 0 ||
        (int)pptp_trace_level_of((enum pptp_trace_kind)rec->kind) >
            (int)r->level)
        return;
    len = pptp_trace_print(rec, n->name, line, sizeof line);
    fwrite(line, 1, len - 1, r->file); /* all but the closing brace */
    print_names(r->file, n, rec);
    fputs("}\n", r->file);
    outfile_grows(r->file, &r->error);
}

static const char *protocol(const struct pptp_packet *k)
{
    const uint8_t *ip = k->buf + k->off;

    if (k->head_len < SIM_IP_OCTETS || ip[0] != 0x45)
        return "ppp"; /* a frame without an outer header */
    return ip[9] == 6 ? "tcp" : ip[9] == 47 ? "gre" : "other";
}

/* Begins a line of a packet; false: none is asked for. */
static bool begin(struct records *r, const char *kind)
{
    if (r->file == NULL || r->error != 0 ||
        r->level < PPTP_TRACE_LEVEL_packets)
        return false;
    fprintf(r->file, "{\"t\":%llu,\"k\":\"%s\"",
            (unsigned long long)r->w->cal.now, kind);
    return true;
}

/* Which, and the end of its line. */
static void print_packet(struct records *r, const struct pptp_packet *k)
{
    const struct sim_account *a = sim_marked(k);

    if (a != NULL)
        fprintf(r->file, ",\"name\":\"%s\"%s,\"n\":%u", a->name,
                a->call == NULL ? ""
                : a->up         ? ",\"way\":\"up\""
                                : ",\"way\":\"down\"",
                sim_mark_number(k));
    else
        fprintf(r->file, ",\"proto\":\"%s\"", protocol(k));
    fprintf(r->file, ",\"octets\":%u}\n", pptp_packet_len(k));
    outfile_grows(r->file, &r->error);
}

void records_lost(void *ctx, const struct sim_port *port,
                  const struct pptp_packet *k, enum sim_place place)
{
    struct records *r = ctx;

    if (!begin(r, "lost"))
        return;
    fprintf(r->file, ",\"why\":\"%s\"", sim_place_name(place));
    if (port != NULL)
        fprintf(r->file, ",\"link\":\"%s\"", port->name);
    print_packet(r, k);
}

void records_damaged(void *ctx, const struct sim_port *port,
                     const struct pptp_packet *k, uint32_t octet)
{
    struct records *r = ctx;

    if (!begin(r, "damaged"))
        return;
    fprintf(r->file, ",\"link\":\"%s\",\"octet\":%u", port->name, octet);
    print_packet(r, k);
}
