/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user's orders and rounds; user_kinds.h. */
#include "config.h"

#include "models/user_kinds.h"

static void order(struct user *u, struct user_order o)
{
    PPTP_ASSERT(u->orders < USER_ORDERS);
    u->order[(u->first + u->orders++) % USER_ORDERS] = o;
}

bool user_poll(struct user *u, struct user_order *out)
{
    if (u->orders == 0)
        return false;
    *out = u->order[u->first];
    u->first = (uint8_t)((u->first + 1) % USER_ORDERS);
    u->orders--;
    return true;
}

void user_open(struct user *u, unsigned slot)
{
    u->conn[slot] = (struct user_conn){ .used = true };
    u->stats->opened++;
    order(u,
          (struct user_order){ .what = USER_DO_OPEN, .slot = (uint8_t)slot });
}

void user_say(struct user *u, unsigned slot, enum user_end end,
              uint64_t octets)
{
    u->conn[slot]
        .wanted[end == USER_CLIENT ? USER_SERVER : USER_CLIENT] += octets;
    order(u, (struct user_order){ .octets = octets,
                                  .what = USER_DO_WRITE,
                                  .slot = (uint8_t)slot,
                                  .end = (uint8_t)end });
}

void user_close(struct user *u, unsigned slot)
{
    u->conn[slot] = (struct user_conn){ .used = false };
    order(u,
          (struct user_order){ .what = USER_DO_CLOSE, .slot = (uint8_t)slot });
}

void user_abort_all(struct user *u)
{
    for (unsigned slot = 0; slot < USER_CONNS; slot++) {
        if (!u->conn[slot].used)
            continue;
        u->conn[slot] = (struct user_conn){ .used = false };
        order(u, (struct user_order){ .what = USER_DO_ABORT,
                                      .slot = (uint8_t)slot });
    }
}

bool user_last(const struct user *u)
{
    return u->rounds + 1 == u->config->rounds;
}

void user_count(struct user *u, pptp_ns now, pptp_ns began_ns)
{
    u->rounds++;
    u->stats->rounds++;
    hist_add(&u->stats->time, now - began_ns);
}

void user_round(struct user *u, pptp_ns now)
{
    const struct user_config *c = u->config;

    u->busy = false;
    user_count(u, now, u->asked_ns);
    if (u->rounds == c->rounds)
        return;
    u->due_ns = now;
    if (c->think_ns > 0)
        u->due_ns += dist_exponential_ns(&u->rng, c->think_ns);
}
