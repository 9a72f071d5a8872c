/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pcapng file through stdio; see pcapng_file.h. */
#include "config.h"

#include "tool/pcapng_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ip/pcapng.h"
#include "tool/outfile.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define BUFFER_OCTETS (1u << 18)

struct pcapng_file {
    FILE *file;
    int error; /* errno of the first write that failed */
    int n_interfaces;
};

static void put(void *ctx, const void *octets, size_t n)
{
    struct pcapng_file *w = ctx;

    if (w->error == 0)
        fwrite(octets, 1, n, w->file);
}

static struct pcapng_sink sink_of(struct pcapng_file *w)
{
    return (struct pcapng_sink){ .put = put, .ctx = w };
}

struct pcapng_file *pcapng_file_open(const char *path, struct conf_error *err)
{
    struct pcapng_file *w = calloc(1, sizeof *w);
    struct pcapng_sink sink = sink_of(w);

    if (w == NULL || (w->file = fopen(path, "w+be")) == NULL) {
        snprintf(err->text, sizeof err->text, "%s: cannot write: %s", path,
                 strerror(errno));
        free(w);
        return NULL;
    }
    setvbuf(w->file, NULL, _IOFBF, BUFFER_OCTETS);
    pcapng_section(&sink, "dialtone " PACKAGE_VERSION);
    outfile_grows(w->file, &w->error);
    return w;
}

int pcapng_file_interface(struct pcapng_file *w, const char *name,
                          uint32_t snap_octets)
{
    struct pcapng_sink sink = sink_of(w);

    if (w->n_interfaces >= PCAPNG_INTERFACES_MAX)
        return -1;
    pcapng_interface(&sink, name, NULL, snap_octets);
    outfile_grows(w->file, &w->error);
    return w->n_interfaces++;
}

int pcapng_file_packet(struct pcapng_file *w, int iface, uint64_t time_ns,
                       const uint8_t *head, size_t head_len,
                       size_t zero_tail_len)
{
    return pcapng_file_packet_cut(w, iface, time_ns, head, head_len,
                                  zero_tail_len, head_len + zero_tail_len,
                                  NULL);
}

int pcapng_file_packet_cut(struct pcapng_file *w, int iface, uint64_t time_ns,
                           const uint8_t *head, size_t head_len,
                           size_t zero_tail_len, size_t orig_len,
                           const char *comment)
{
    const struct pcapng_sink sink = sink_of(w);
    const struct pcapng_packet k = {
        .time_ns = time_ns,
        .head = head,
        .head_octets = (uint32_t)head_len,
        .zeros = (uint32_t)zero_tail_len,
        .wire_octets = (uint32_t)orig_len,
        .interface = (uint16_t)iface,
        .comment = comment,
    };

    PPTP_ASSERT(iface >= 0 && iface < w->n_interfaces);
    PPTP_ASSERT(head_len <= PCAPNG_PACKET_MAX &&
                head_len + zero_tail_len <= PCAPNG_PACKET_MAX);
    PPTP_ASSERT(orig_len >= head_len + zero_tail_len &&
                orig_len <= UINT32_MAX);
    if (w->error != 0)
        return -1;
    pcapng_packet(&sink, &k);
    return outfile_grows(w->file, &w->error) ? 0 : -1;
}

/* Blocks: type, length, body, length. */
static off_t whole_blocks(int fd, off_t octets)
{
    uint8_t head[8];
    off_t at = 0;

    while (pread(fd, head, sizeof head, at) == (ssize_t)sizeof head) {
        off_t len = (off_t)head[4] | (off_t)head[5] << 8 |
                    (off_t)head[6] << 16 | (off_t)head[7] << 24;

        if (len < 12 || at + len > octets)
            break;
        at += len;
    }
    return at;
}

int pcapng_file_close(struct pcapng_file *w)
{
    int failed = outfile_end(w->file, w->error, whole_blocks);

    free(w);
    errno = failed;
    return failed != 0 ? -1 : 0;
}
