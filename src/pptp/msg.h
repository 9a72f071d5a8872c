/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Control messages (RFC 2637 section 2) as structures, and their codec.
 * Layout and legal values are rows of msg.def; integers here are in host
 * order; what a message means is for the control connection and the calls.
 */
#ifndef PPTP_MSG_H
#define PPTP_MSG_H

#include "base/base.h"

#define PPTP_PORT 1723
#define PPTP_COOKIE UINT32_C(0x1a2b3c4d)
#define PPTP_VERSION 0x0100 /* 1.0: version high, revision low */
#define PPTP_MSG_CONTROL 1  /* PPTP Message Type; 2 is reserved */
#define PPTP_MSG_HEADER 12  /* octets that every message starts with */
#define PPTP_MSG_MAX 220    /* octets of the longest message, ICRQ */
#define PPTP_MSG_TYPES 15   /* types are 1 … PPTP_MSG_TYPES */

enum pptp_msg_type {
    PPTP_SCCRQ = 1,
    PPTP_SCCRP,
    PPTP_STOP_RQ,
    PPTP_STOP_RP,
    PPTP_ECHO_RQ,
    PPTP_ECHO_RP,
    PPTP_OCRQ,
    PPTP_OCRP,
    PPTP_ICRQ,
    PPTP_ICRP,
    PPTP_ICCN,
    PPTP_CCRQ,
    PPTP_CDN,
    PPTP_WEN,
    PPTP_SLI
};

/* Capability bits, and types of a call. */
enum {
    PPTP_FRAMING_ASYNC = 1,
    PPTP_FRAMING_SYNC = 2,
    PPTP_FRAMING_EITHER = 3,
    PPTP_BEARER_ANALOG = 1,
    PPTP_BEARER_DIGITAL = 2,
    PPTP_BEARER_ANY = 3
};

/* 2.16, the Error Code; other than NONE only beside a GENERAL result. */
enum pptp_general_error {
    PPTP_GE_NONE,
    PPTP_GE_NOT_CONNECTED,
    PPTP_GE_BAD_FORMAT,
    PPTP_GE_BAD_VALUE,
    PPTP_GE_NO_RESOURCE,
    PPTP_GE_BAD_CALL_ID,
    PPTP_GE_PAC_ERROR
};

enum pptp_sccrp_result {
    PPTP_SCCRP_OK = 1,
    PPTP_SCCRP_GENERAL,
    PPTP_SCCRP_EXISTS,
    PPTP_SCCRP_NOT_AUTHORIZED,
    PPTP_SCCRP_VERSION
};

enum pptp_stop_reason {
    PPTP_STOP_NONE = 1,
    PPTP_STOP_PROTOCOL,
    PPTP_STOP_SHUTDOWN
};

enum pptp_stop_rp_result { PPTP_STOP_RP_OK = 1, PPTP_STOP_RP_GENERAL };

enum pptp_echo_rp_result { PPTP_ECHO_RP_OK = 1, PPTP_ECHO_RP_GENERAL };

enum pptp_ocrp_result {
    PPTP_OCRP_CONNECTED = 1,
    PPTP_OCRP_GENERAL,
    PPTP_OCRP_NO_CARRIER,
    PPTP_OCRP_BUSY,
    PPTP_OCRP_NO_DIAL_TONE,
    PPTP_OCRP_TIMEOUT,
    PPTP_OCRP_REFUSED
};

enum pptp_icrp_result {
    PPTP_ICRP_ACCEPT = 1,
    PPTP_ICRP_GENERAL,
    PPTP_ICRP_REFUSED
};

enum pptp_cdn_result {
    PPTP_CDN_LOST_CARRIER = 1,
    PPTP_CDN_GENERAL,
    PPTP_CDN_ADMIN,
    PPTP_CDN_REQUESTED
};

/*
 * One structure a message: struct pptp_sccrq … struct pptp_sli.  Numbers are
 * uint8_t, uint16_t or uint32_t as on the wire; texts are char arrays of the
 * wire's octets, which need not hold a NUL.
 */
#define MSG(e, m, name, octets) struct pptp_##m {
#define UINT(m, f, bits, off, rfc, check) uint##bits##_t f;
#define TEXT(m, f, octets, off, rfc) char f[octets];
#define RESERVED(m, octets, off, rfc)
#define END_MSG(m) \
    }              \
    ;
#include "pptp/msg.def"

struct pptp_msg {
    uint16_t type;       /* enum pptp_msg_type: which member is valid */
    bool reserved_dirty; /* decode: some reserved field was not zero */
    union {
#define MSG(e, m, name, octets) struct pptp_##m m;
#define UINT(m, f, bits, off, rfc, check)
#define TEXT(m, f, octets, off, rfc)
#define RESERVED(m, octets, off, rfc)
#define END_MSG(m)
#include "pptp/msg.def"
    };
};

/* Octets of a message of this type on the wire; 0 for an unknown type. */
uint16_t pptp_msg_length(uint16_t type);

/* "SCCRQ" … "SLI", "unknown" for an unknown type; never NULL. */
const char *pptp_msg_name(uint16_t type);

/*
 * Writes the message and returns its octets: reserved fields are 0, a text
 * ends at its first NUL or at its last octet and is filled with 0.  Asserts
 * that the type is known.  Octets of out beyond the message are untouched.
 */
size_t pptp_msg_encode(const struct pptp_msg *msg, uint8_t out[PPTP_MSG_MAX]);

/*
 * Looks for a whole message at the start of a stream: its octets, or 0 when
 * more are needed.  Errors come as soon as the octets present decide them,
 * and are the same however the stream is cut:
 * PPTP_ERR_SYNC for a wrong cookie or a Length below the header's; else
 * PPTP_ERR_FORMAT for a PPTP Message Type other than 1, an unknown control
 * message type or a Length that is not the type's (the cookie was right).
 */
int pptp_msg_frame(const uint8_t *octets, size_t n);

/*
 * Decodes the message at the start of n octets and returns its octets, or
 * what pptp_msg_frame returns (0 or an error; *out is then untouched).
 * Texts are copied whole.  Values are not judged: see pptp_msg_check.
 */
int pptp_msg_decode(const uint8_t *octets, size_t n, struct pptp_msg *out);

/*
 * 0 when every field has a value that we can work with, else PPTP_ERR_VALUE
 * and, if field is not NULL, the RFC's name of the first wrong field in
 * snake_case (static text).  PPTP_ERR_FORMAT for an unknown type.
 */
int pptp_msg_check(const struct pptp_msg *msg, const char **field);

/* The same, and pptp_msg_print below, of a message of which only the first
 * `known` octets are known, header included, and the others read as zero:
 * a field that is not known whole is not judged, and prints as `?`. */
int pptp_msg_check_part(const struct pptp_msg *msg, size_t known,
                        const char **field);
size_t pptp_msg_print_part(const struct pptp_msg *msg, size_t known, char *out,
                           size_t cap);

/*
 * One line for people: `CCRQ call_id=7`.  Field names are those of the
 * structures; texts are quoted up to their NUL.  Cut to cap - 1 characters
 * and always terminated when cap > 0; returns the characters written.
 */
size_t pptp_msg_print(const struct pptp_msg *msg, char *out, size_t cap);

#endif
