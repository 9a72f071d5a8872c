/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures in files: plain or gzip'd, of any size.  They are read in pieces;
 * memory is at most CAPTURE_RECORD_MAX and a little more, whatever a file
 * says of itself or unpacks to.
 */
#ifndef TOOL_CAPTURE_FILE_H
#define TOOL_CAPTURE_FILE_H

#include "models/capture_parse.h"

/* What a gzip'd file unpacks to; the rest of it is not read. */
#define CAPTURE_FILE_UNPACKED_MAX (UINT64_C(4) << 30)

struct capture_file_result {
    bool opened;     /* false: the file, not what is in it, is wrong */
    bool gzip;       /* places are those of what was unpacked */
    uint64_t octets; /* that were read */
    struct capture_fault fault;
};

/*
 * Shows each packet of the capture at `path` as capture_feed does.  Only
 * regular files are opened; with `pipes` also FIFOs, and "-" is standard
 * input.  0 or an error of capture_feed, with out->fault set; PPTP_ERR_STATE
 * when the file cannot be read, PPTP_ERR_RESOURCE for lack of memory.
 */
int capture_file_walk(const char *path, bool pipes, capture_visit visit,
                      void *ctx, struct capture_file_result *out);

/* A regular file as a source of traffic; capture_parse.  On an error out's
 * fault says what is wrong, *at where, in words for people, or nothing. */
int capture_file_parse(const char *path, uint32_t src_ipv4,
                       struct capture *out, struct capture_file_result *how);

/* The fault in words: "packet cut, at octet 40". */
void capture_file_fault(const struct capture_file_result *r, char *out,
                        size_t cap);

#endif
