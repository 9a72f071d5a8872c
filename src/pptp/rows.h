/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Rows of the RFC's figures: what an event does in a state. */
#ifndef PPTP_ROWS_H
#define PPTP_ROWS_H

#include "pptp/table.h"

/* What an event carries to a row's action. */
struct event {
    const struct pptp_msg *msg;
    const struct pptp_line_info *line;
    const struct pptp_call_request *req;
    uint8_t result, error;
    uint16_t cause;
    enum pptp_refusal_why why; /* of result and error */
    uint32_t value;
};

struct row {
    uint8_t state, event, next;
    void (*action)(struct pptp_peer *, struct pptp_conn *, struct pptp_call *,
                   const struct event *);
};

/* Index of the row for (state, event), or -1. */
static inline int row_find(const struct row *rows, unsigned n, uint8_t state,
                           uint8_t event)
{
    unsigned i;

    for (i = 0; i < n; i++)
        if (rows[i].state == state && rows[i].event == event)
            return (int)i;
    return -1;
}

#endif
