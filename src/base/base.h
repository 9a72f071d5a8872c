/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What every file needs: time, addresses, errors, assertions.
 *
 * Whatever stands below the worlds is pure: it has no clock, no socket, no
 * global state and no writable data.  Time arrives as an argument, octets
 * arrive as arguments.  The names are libpptp's: they are its public words.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of the world's monotonic clock; the origin does not matter. */
typedef uint64_t pptp_ns;

#define PPTP_NEVER UINT64_MAX
#define PPTP_US ((pptp_ns)1000)
#define PPTP_MS ((pptp_ns)1000000)
#define PPTP_S ((pptp_ns)1000000000)

/* Results of functions that can fail: 0 or a negative one of these. */
enum pptp_err {
    PPTP_OK = 0,
    PPTP_ERR_SYNC = -1,     /* cookie or length: the octet stream is lost */
    PPTP_ERR_FORMAT = -2,   /* length, type or layout is not the RFC's */
    PPTP_ERR_VALUE = -3,    /* a field is outside its legal values */
    PPTP_ERR_RESOURCE = -4, /* a configured limit is reached */
    PPTP_ERR_STATE = -5,    /* not possible in the present state */
    PPTP_ERR_UNKNOWN = -6,  /* no such connection or call */
    PPTP_ERR_ARGUMENT = -7, /* the caller's configuration is wrong */
    PPTP_ERR_TRUNCATED = -8 /* fewer octets than the header promises */
};

/* English text for an error; never NULL. */
const char *pptp_strerror(int err);

/*
 * An address outside the tunnel: IPv6, or IPv4 as ::ffff:a.b.c.d, in network
 * order, so that IPv6 is a value and not a second code path.
 */
struct pptp_addr {
    uint8_t octets[16];
};

/* IPv4 in host order to the mapped form and back (0 if it is not IPv4). */
struct pptp_addr pptp_addr_v4(uint32_t ipv4);
uint32_t pptp_addr_to_v4(const struct pptp_addr *a);
bool pptp_addr_eq(const struct pptp_addr *a, const struct pptp_addr *b);

/*
 * Assertions stay on in release builds and end in one hook, which the program
 * defines: the pure library may not know how to stop a process.  They guard
 * our own mistakes; nothing a peer can send reaches one.
 */
_Noreturn void pptp_fail(const char *file, int line, const char *what);

/* For what runs seldom, in the midst of what every packet runs through. */
#ifdef __GNUC__
#define PPTP_COLD __attribute__((cold, noinline))
/* For what runs often, but not always: it keeps its registers to itself. */
#define PPTP_APART __attribute__((noinline))
#else
#define PPTP_COLD
#define PPTP_APART
#endif

#define PPTP_ASSERT(c) ((c) ? (void)0 : pptp_fail(__FILE__, __LINE__, #c))

#endif
