/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quantities as text: "28.8kbit/s", "250ms", "100packets", "1500octets",
 * "10%".  Decimals are read exactly, without binary rounding: a rate is
 * whole bit/s, a time whole nanoseconds, and text that is finer than that or
 * does not fit is refused.
 */
#ifndef CONF_UNITS_H
#define CONF_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any text a units_print_* function writes. */
#define UNITS_TEXT_MAX 48

/*
 * All parsers give 0 and set *out, or -1 and write into why (cap octets)
 * what is wrong and what is allowed; *out is untouched then.  A blank
 * between number and unit is allowed.
 */

/* bit/s kbit/s Mbit/s Gbit/s, result in bit/s; a bare number is refused. */
int units_rate(const char *text, uint64_t *out, char *why, size_t cap);
/* ns us ms s min h, result in ns; only 0 may stand without a unit. */
int units_time(const char *text, uint64_t *out, char *why, size_t cap);
/* octets B kB MB GB KiB MiB GiB, or a bare number; result in octets. */
int units_octets(const char *text, uint64_t *out, char *why, size_t cap);
/* packets or a bare number. */
int units_packets(const char *text, uint64_t *out, char *why, size_t cap);
/* A bare whole number. */
int units_count(const char *text, uint64_t *out, char *why, size_t cap);
/* 0.1 or 10%. */
int units_ratio(const char *text, double *out, char *why, size_t cap);
/* A finite real number. */
int units_real(const char *text, double *out, char *why, size_t cap);
/* true false yes no on off. */
int units_bool(const char *text, bool *out, char *why, size_t cap);
/* Dotted IPv4, result in host order. */
int units_ipv4(const char *text, uint32_t *out, char *why, size_t cap);

/*
 * Canonical text, which the parser of the kind reads back to the same
 * value: the largest unit that leaves at most three decimals ("28.8kbit/s").
 * buf has UNITS_TEXT_MAX octets; the result is buf.
 */
const char *units_print_rate(char *buf, uint64_t bps);
const char *units_print_time(char *buf, uint64_t ns);
const char *units_print_octets(char *buf, uint64_t octets);
const char *units_print_packets(char *buf, uint64_t packets);
const char *units_print_count(char *buf, uint64_t count);
const char *units_print_real(char *buf, double value);
const char *units_print_ipv4(char *buf, uint32_t ipv4);

/* A count for people's eyes: "100,000". */
const char *units_print_thousands(char *buf, uint64_t count);

/* The least of 1, 2 or 5 times a power of ten that is not below x; 1 for 0. */
uint64_t units_round_up(uint64_t x);

#endif
