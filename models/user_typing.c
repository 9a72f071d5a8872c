/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keystrokes on one connection, an octet each, which the server sends back as
 * telnet does: a round each.  Who types does not wait for the echo, unless
 * USER_TYPED are missing.  The times between keys are exponential, an
 * assumption; their mean is a setting.
 */
#include "config.h"

#include "models/user_kinds.h"

static void typing_begin(struct user *u, pptp_ns now)
{
    (void)now;
    u->typed = u->echoed = 0;
    user_open(u, 0);
}

static bool all_typed(const struct user *u)
{
    uint64_t waiting = u->typed - u->echoed;

    return u->config->rounds > 0 && u->rounds + waiting >= u->config->rounds;
}

static void next_key(struct user *u, pptp_ns now)
{
    if (!all_typed(u))
        u->due_ns = now + dist_exponential_ns(&u->rng, u->config->gap_ns);
}

static void typing_connected(struct user *u, pptp_ns now, unsigned slot)
{
    (void)slot;
    next_key(u, now);
}

static void typing_due(struct user *u, pptp_ns now)
{
    if (u->typed - u->echoed < USER_TYPED) {
        u->typed_ns[u->typed++ % USER_TYPED] = now;
        user_say(u, 0, USER_CLIENT, 1);
    }
    next_key(u, now);
}

static void typing_arrived(struct user *u, pptp_ns now, unsigned slot,
                           enum user_end end, uint64_t octets)
{
    if (end == USER_SERVER) {
        user_say(u, slot, USER_SERVER, octets);
        return;
    }
    for (; octets > 0 && u->echoed != u->typed; octets--)
        user_count(u, now, u->typed_ns[u->echoed++ % USER_TYPED]);
    if (all_typed(u) && u->echoed == u->typed)
        user_close(u, slot);
}

const struct user_kind_ops user_typing = { .begin = typing_begin,
                                           .connected = typing_connected,
                                           .arrived = typing_arrived,
                                           .due = typing_due };
