/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inner addresses of a PNS's configuration: `local`, `pool` and `routes`, held
 * against each other, against what else the file says and against the
 * machine's networks.  What can safely be left out of a pool is left out, and
 * what cannot work is refused.
 */
#ifndef TOOL_PNS_ADDRESSES_H
#define TOOL_PNS_ADDRESSES_H

#include "conf/keys.h"
#include "tap/machine.h"
#include "tap/pns.h"
#include "tool/notes.h"

struct pns_addresses {
    const struct conf_node *map; /* of the file */
    const struct key_strings *pool, *routes;
};

/*
 * Fills pool, extra, route and taken of *c, whose other members are filled.
 * `m` NULL: nothing is known of the machine. 0, or -1 and *err.
 */
int pns_addresses_fill(const struct pns_addresses *f,
                       const struct tap_machine *m, struct notes *notes,
                       struct tap_pns_config *c, struct conf_error *err);

#endif
