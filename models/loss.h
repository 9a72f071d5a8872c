/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which packets of a link are lost.  Every model answers one question: how
 * many packets pass until the next that is lost.  So who asks counts down,
 * and draws nothing for a packet that passes.
 */
#ifndef MODELS_LOSS_H
#define MODELS_LOSS_H

#include "base/base.h"
#include "base/rng.h"

enum loss_kind {
#define X(name) LOSS_##name,
#include "models/loss.def"
#undef X
    LOSS_KINDS
};

/* Packets first to last, counted from 1. */
struct loss_span {
    uint64_t first, last;
};

struct loss_config {
    enum loss_kind kind;
    double ratio;                  /* independent: 0…1 of all packets */
    double to_bad, to_good;        /* gilbert: after a packet, 0…1 */
    double good_ratio, bad_ratio;  /* lost of those in that state, 0…1 */
    uint32_t block, lost;          /* blocks: so many of so many, > 0 */
    const struct loss_span *spans; /* at: ascending, apart; the caller's */
    uint32_t n_spans;
};

struct loss {
    struct loss_config c;
    double scale[2];    /* of a geometric gap: independent [0], gilbert [good,
                         * bad] */
    double stay[2];     /* gilbert: the same of how long a state lasts */
    bool bad;           /* gilbert: the state */
    uint64_t left;      /* packets: of the state, of the block */
    uint32_t left_lost; /* of these, to be lost */
    uint64_t passed;    /* at: packets there have been */
    uint32_t span;      /* at: the next or present one */
};

/* The first packet is still to come. */
void loss_init(struct loss *l, const struct loss_config *c, struct rng *r);

/* *gap packets pass.  True: the one after them is lost.  False: none is lost
 * yet, ask again then. */
bool loss_next(struct loss *l, struct rng *r, uint64_t *gap);

/* Whether no packet arrives, from some packet on: a mistake, if that is all
 * the way there is. */
bool loss_is_total(const struct loss_config *c);

/* Whether they say the same; spans are where they are. */
bool loss_same(const struct loss_config *a, const struct loss_config *b);

/* The share that is lost in the long run; 0 for what is scripted. */
double loss_mean(const struct loss_config *c);

const char *loss_name(enum loss_kind kind);

#endif
