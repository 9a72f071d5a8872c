/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an operator, or bad luck, does to a node at a time: orders as those of
 * dialtone-ctl(1), and that it dies and is back.
 */
#ifndef SIM_ORDERS_H
#define SIM_ORDERS_H

#include "sim/world.h"

enum sim_order_kind {
    SIM_ORDER_CLEAR,       /* calls end, by PPP's goodbye */
    SIM_ORDER_RENEGOTIATE, /* a PNS's PPP begins anew */
    SIM_ORDER_DIAL,        /* a PNS has a call placed */
    SIM_ORDER_DRAIN,       /* no more calls, goodbye to those there are, then
                            * to who is connected; and it is off */
    SIM_ORDER_STOP,        /* it dies: off, and its kernel closes for it */
    SIM_ORDER_FAIL,        /* its host loses power: nobody is told, and what
                            * comes for it is lost */
    SIM_ORDER_START        /* it is on again, and knows nothing of before */
};

#define SIM_ORDER_ALL UINT32_MAX

struct sim_order {
    enum sim_order_kind kind;
    pptp_ns at_ns;
    uint32_t node;
    uint32_t call;      /* of CLEAR and RENEGOTIATE: index, or ALL */
    uint32_t pac;       /* of DIAL: the node that is asked; where there is no
                         * connection to it nothing happens */
    const char *number; /* of DIAL; kept by the caller */
};

/* 0; PPTP_ERR_ARGUMENT: the node does not play what it takes, or the number is
 * too long; PPTP_ERR_RESOURCE. */
int sim_world_order(struct sim_world *w, const struct sim_order *order);

#endif
