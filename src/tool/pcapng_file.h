/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A writer of pcapng files (draft-ietf-opsawg-pcapng): one section, little
 * endian, raw IP packets (LINKTYPE_IPV4), stamps of whole nanoseconds.
 *
 * Interfaces may be added at any time before their first packet.  Errors of
 * writing are kept and reported by pcapng_file_close.
 */
#ifndef TOOL_PCAPNG_FILE_H
#define TOOL_PCAPNG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "conf/tree.h"

/* Interfaces of one file, and octets of one packet. */
#define PCAPNG_INTERFACES_MAX 65535
#define PCAPNG_PACKET_MAX 65535

struct pcapng_file;

/* Create or empty the file at path.  NULL and *err on failure. */
struct pcapng_file *pcapng_file_open(const char *path, struct conf_error *err);

/* Add an interface of whose packets at most snap_octets are stored; its
 * number, or -1 if there are too many. */
int pcapng_file_interface(struct pcapng_file *w, const char *name,
                          uint32_t snap_octets);

/*
 * A packet of head_len octets followed by zero_tail_len zeros, seen by
 * interface iface at time_ns.  The whole packet is at most
 * PCAPNG_PACKET_MAX octets.  0, or -1 when writing has failed.
 */
int pcapng_file_packet(struct pcapng_file *w, int iface, uint64_t time_ns,
                       const uint8_t *head, size_t head_len,
                       size_t zero_tail_len);

/*
 * As pcapng_file_packet, with the packet's length on the wire, orig_len >= what
 * is stored: for captures that are cut short; and a comment, or NULL.
 */
int pcapng_file_packet_cut(struct pcapng_file *w, int iface, uint64_t time_ns,
                           const uint8_t *head, size_t head_len,
                           size_t zero_tail_len, size_t orig_len,
                           const char *comment);

/* Write what is buffered and free w.  0, or -1 and errno if any write has
 * failed: the file ends after the last block that is whole. */
int pcapng_file_close(struct pcapng_file *w);

#endif
