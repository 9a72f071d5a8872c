/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bits of a line that are received wrong: each with a probability of its own
 * in quiet times, and more of them in bursts that begin and end at random
 * (Gilbert, "Capacity of a burst-noise channel", 1960; Elliott, "Estimates of
 * error rates for codes on burst-noise channels", 1963).
 *
 * Bursts belong to time and not to bits: what a modem of another rate sees is
 * the same noise.  Drawn as the distance to the next thing that happens, so
 * bits that pass cost a subtraction, however many; and bits that nobody looks
 * at cost one draw, however many bursts went by.
 */
#ifndef MODELS_BIT_ERRORS_H
#define MODELS_BIT_ERRORS_H

#include "base/base.h"

/* Bursts of a kind of line. */
struct bit_noise {
    double bursts_hz;   /* begin, of quiet time; 0: never */
    pptp_ns burst_ns;   /* mean length; > 0 if there are any */
    double burst_ratio; /* of the bits in a burst, wrong: 0…1 */
};

struct bit_errors {
    const struct bit_noise *noise; /* the caller's */
    double ratio;                  /* of the bits between bursts: 0…1 */
    uint64_t rng;
    uint64_t next; /* bits that pass before … */
    uint32_t rate_bps;
    bool hit; /* … a wrong one, or else before the state changes */
    bool bad; /* within a burst */
};

/* A line that has been there for long; rate_bps > 0. */
void bit_errors_init(struct bit_errors *b, const struct bit_noise *noise,
                     uint32_t rate_bps, double ratio, uint64_t seed);

/* Its bits are of another length or as good as that from here on. */
void bit_errors_set(struct bit_errors *b, uint32_t rate_bps, double ratio);

/* Of the next n bits, those before the first wrong one; n: none is.  The
 * wrong one has passed, too. */
uint64_t bit_errors_pass(struct bit_errors *b, uint64_t n);

/* n bits pass and nobody asks which of them were wrong. */
void bit_errors_skip(struct bit_errors *b, uint64_t n);

/* The share that is wrong in the long run. */
double bit_errors_mean(const struct bit_errors *b);

/* Frames of n bits with a wrong one, in the long run: 1 - pi D^n 1, where D is
 * the matrix of a bit that is right. */
double bit_errors_frames(const struct bit_errors *b, uint32_t n);

#endif
