/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery traces in the format of mahimahi (Netravali et al., "Mahimahi:
 * accurate record-and-replay for HTTP", 2015): how a link of changing rate
 * lets packets go.  A line is a time in milliseconds, and an opportunity to
 * send DELIVERY_OCTETS at it; lines ascend, equal ones add up, and the list
 * begins again at its last time.  A packet leaves with its last octet; what
 * nobody uses is gone.
 *
 * There a packet counts with the 4 octets that Linux writes before one of a
 * TUN device, so that one of 1,500 takes a whole opportunity; so it does here.
 */
#ifndef MODELS_DELIVERY_H
#define MODELS_DELIVERY_H

#include "base/base.h"

#define DELIVERY_OCTETS 1504u
#define DELIVERY_HEAD_OCTETS 4u

struct delivery {
    uint32_t *ms;
    uint32_t n;
};

/* What is wrong, and in which line, from 1. */
struct delivery_fault {
    const char *what;
    uint32_t line;
};

/* Reads a text.  0; PPTP_ERR_ARGUMENT and *fault, PPTP_ERR_RESOURCE.
 * delivery_fini is fine in any case. */
int delivery_parse(struct delivery *d, const char *text, size_t octets,
                   struct delivery_fault *fault);
void delivery_fini(struct delivery *d);

/* A link at its opportunities. */
struct delivery_cursor {
    const struct delivery *d;
    uint64_t round_ns; /* when the list began that we are in */
    uint32_t next;     /* of it */
    uint32_t left;     /* octets of the present one */
    pptp_ns at_ns;     /* the present one */
    bool begun;        /* there is one */
};

void delivery_begin(struct delivery_cursor *c, const struct delivery *d);

/* When a packet leaves that comes now, behind all that came before. */
pptp_ns delivery_departs(struct delivery_cursor *c, pptp_ns now,
                         uint32_t octets);

/* What has come is planned anew: none is in use. */
void delivery_restart(struct delivery_cursor *c);

#endif
