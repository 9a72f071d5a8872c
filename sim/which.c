/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which call it is; which.h. */
#include "config.h"

#include "sim/which.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/phone.h"

#define NUMBER_FIRST 1000000u

void sim_call_number(const struct sim_call *c, char out[SIM_NUMBER_OCTETS])
{
    snprintf(out, SIM_NUMBER_OCTETS, "%u", NUMBER_FIRST + c->index);
}

struct sim_call *sim_call_of_line(struct nas_line *l)
{
    return (struct sim_call *)(void *)l;
}

struct sim_call *sim_call_at_line(const struct sim_pac *p, uint32_t i)
{
    struct sim_line *l;

    if (p->phone == NULL)
        return sim_call_of_line(p->role.line[i].line);
    l = sim_phone_sub(p->phone, i);
    return l != NULL ? sim_call_of_line(&l->line) : NULL;
}

/* Which line of its PAC it has, or NAS_NOBODY. */
static uint32_t line_of(const struct sim_call *c)
{
    return c->pac->pac->phone == NULL ? c->line.line.index
                                      : sim_phone_trunk(&c->line);
}

struct sim_call *sim_call_at(const struct sim_node *n, uint32_t slot)
{
    uint32_t i = NAS_NOBODY;

    if (n->pns != NULL && n->pns->call[slot] != NULL)
        return n->pns->call[slot];
    if (n->pac != NULL)
        i = n->pac->role.line_of_call[slot];
    if (i != NAS_NOBODY)
        return sim_call_at_line(n->pac, i);
    return n->pac != NULL && n->pac->placed_slot == slot ? n->pac->placed
                                                         : NULL;
}

/* Of those that a telephone network connects to the PAC; numbers follow each
 * other as calls do. */
static struct sim_call *subscriber(const struct sim_node *pac,
                                   const char *number)
{
    const struct sim_world *w = pac->world;
    char *end;
    unsigned long n = strtoul(number, &end, 10);
    struct sim_call *c;

    if (*end != '\0' || n < NUMBER_FIRST || n - NUMBER_FIRST >= w->call_count)
        return NULL;
    c = w->calls[n - NUMBER_FIRST];
    return c->pac == pac ? c : NULL;
}

struct sim_call *sim_call_by_number(const struct sim_node *pac,
                                    const char text[64])
{
    const struct nas_pac *p = &pac->pac->role;
    char number[65];
    uint32_t i;

    memcpy(number, text, 64);
    number[64] = '\0';
    if (pac->pac->phone != NULL)
        return subscriber(pac, number);
    i = nas_numbers_find(&p->numbers, number);
    return i != NAS_NOBODY ? sim_call_of_line(p->line[i].line) : NULL;
}

struct sim_call *sim_call_at_pns(const struct sim_node *pns,
                                 const struct nas_event *e)
{
    const struct sim_node *pac = sim_node_of(pns->world, e->remote);
    struct pptp_call_request r;
    struct sim_call *c;
    bool incoming;

    if (pac == NULL || pac->pac == NULL ||
        pptp_peer_call_request(pns->nas.node.peer, e->call, &r) < 0)
        return NULL;
    incoming = r.dialing[0] != '\0';
    c = sim_call_by_number(pac, incoming ? r.dialing : r.number);
    /* by an order somebody may be dialled who calls himself */
    return c != NULL && c->outgoing != incoming ? c : NULL;
}

pptp_call_id sim_call_id(const struct sim_call *c, bool pns)
{
    uint32_t i;

    if (pns)
        return c->pns_id;
    i = line_of(c);
    return i != NAS_NOBODY ? c->pac->pac->role.line[i].call : PPTP_NONE;
}

bool sim_call_is_up(const struct sim_call *c, bool pns)
{
    pptp_call_id id = sim_call_id(c, pns);

    return id != PPTP_NONE &&
           pptp_peer_call_up((pns ? c->pns : c->pac)->nas.node.peer, id);
}

bool sim_call_is_there(const struct sim_call *c, bool pns)
{
    pptp_call_id id = sim_call_id(c, pns);
    struct pptp_call_info info;

    return id != PPTP_NONE &&
           pptp_peer_call_info((pns ? c->pns : c->pac)->nas.node.peer, id,
                               &info) == PPTP_OK &&
           (info.state == PPTP_CALL_ESTABLISHED ||
            info.state == PPTP_CALL_WAIT_DISCONNECT);
}

void sim_call_info(const struct sim_call *c, bool pns,
                   struct pptp_call_info *out)
{
    const struct sim_node *n = pns ? c->pns : c->pac;
    pptp_call_id id = sim_call_id(c, pns);

    memset(out, 0, sizeof *out);
    if (id != PPTP_NONE)
        (void)pptp_peer_call_info(n->nas.node.peer, id, out);
    else if (c->more != NULL && c->more->last != NULL)
        *out = c->more->last[pns];
}
