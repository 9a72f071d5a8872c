/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What user.c and the kinds of users have between them; user.h. */
#ifndef MODELS_USER_KINDS_H
#define MODELS_USER_KINDS_H

#include "models/user.h"

struct user_kind_ops {
    /* A round, or the next round, begins now. */
    void (*begin)(struct user *u, pptp_ns now);
    void (*connected)(struct user *u, pptp_ns now, unsigned slot);
    /* All octets that this end waited for have come. */
    void (*came)(struct user *u, pptp_ns now, unsigned slot,
                 enum user_end end);
    /* In place of it: octets have come. NULL: it does. */
    void (*arrived)(struct user *u, pptp_ns now, unsigned slot,
                    enum user_end end, uint64_t octets);
    /* Within a round something is due. NULL: nothing ever is. */
    void (*due)(struct user *u, pptp_ns now);
};

#define X(name, kind) extern const struct user_kind_ops user_##name;
#include "models/user.def"
#undef X

/* Orders. */
void user_open(struct user *u, unsigned slot);
/* The end says so many octets, and the other waits for them. */
void user_say(struct user *u, unsigned slot, enum user_end end,
              uint64_t octets);
void user_close(struct user *u, unsigned slot);
void user_abort_all(struct user *u);

/* A round that began then is counted; and the one that is under way is over,
 * the next follows. */
void user_count(struct user *u, pptp_ns now, pptp_ns began_ns);
void user_round(struct user *u, pptp_ns now);
/* Whether it will be the last. */
bool user_last(const struct user *u);

#endif
