/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of a pcapng file through stdio; see pcapng.h. */
#include "config.h"

#include "tool/pcapng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tool/outfile.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define BLOCK_SHB 0x0a0d0d0au
#define BLOCK_IDB 1u
#define BLOCK_EPB 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_IPV4 228u
#define OPT_END 0u
#define OPT_IF_NAME 2u
#define OPT_SHB_USERAPPL 4u
#define OPT_IF_TSRESOL 9u
#define OPTION_MAX 255u
#define BLOCK_MAX 512u
#define BUFFER_OCTETS (1u << 18)

struct pcapng {
    FILE *file;
    int error; /* errno of the first write that failed */
    int n_interfaces;
};

/* A small block before it is written. */
struct block {
    uint8_t octets[BLOCK_MAX];
    size_t len;
};

static void put(struct block *b, uint32_t value, size_t octets);
static void put_option(struct block *b, uint32_t code, const void *value,
                       size_t len);
static void block_write(struct pcapng *w, struct block *b);
static size_t pad4(size_t len);

struct pcapng *pcapng_open(const char *path, struct conf_error *err)
{
    static const char application[] = "dialtone " PACKAGE_VERSION;
    struct pcapng *w = calloc(1, sizeof *w);
    struct block b = { .len = 0 };

    if (w == NULL || (w->file = fopen(path, "w+be")) == NULL) {
        snprintf(err->text, sizeof err->text, "%s: cannot write: %s", path,
                 strerror(errno));
        free(w);
        return NULL;
    }
    setvbuf(w->file, NULL, _IOFBF, BUFFER_OCTETS);
    put(&b, BLOCK_SHB, 4);
    put(&b, 0, 4);
    put(&b, BYTE_ORDER_MAGIC, 4);
    put(&b, 1, 2);
    put(&b, 0, 2);
    put(&b, UINT32_MAX, 4); /* length of the section: not known */
    put(&b, UINT32_MAX, 4);
    put_option(&b, OPT_SHB_USERAPPL, application, sizeof application - 1);
    put_option(&b, OPT_END, NULL, 0);
    block_write(w, &b);
    return w;
}

int pcapng_interface(struct pcapng *w, const char *name, uint32_t snap_octets)
{
    static const uint8_t nanoseconds = 9;
    struct block b = { .len = 0 };

    if (w->n_interfaces >= PCAPNG_INTERFACES_MAX)
        return -1;
    put(&b, BLOCK_IDB, 4);
    put(&b, 0, 4);
    put(&b, LINKTYPE_IPV4, 2);
    put(&b, 0, 2);
    put(&b, snap_octets, 4);
    put_option(&b, OPT_IF_NAME, name, strlen(name));
    put_option(&b, OPT_IF_TSRESOL, &nanoseconds, 1);
    put_option(&b, OPT_END, NULL, 0);
    block_write(w, &b);
    return w->n_interfaces++;
}

int pcapng_packet(struct pcapng *w, int iface, uint64_t time_ns,
                  const uint8_t *head, size_t head_len, size_t zero_tail_len)
{
    return pcapng_packet_cut(w, iface, time_ns, head, head_len, zero_tail_len,
                             head_len + zero_tail_len);
}

int pcapng_packet_cut(struct pcapng *w, int iface, uint64_t time_ns,
                      const uint8_t *head, size_t head_len,
                      size_t zero_tail_len, size_t orig_len)
{
    static const uint8_t zeros[PCAPNG_PACKET_MAX + 4];
    size_t len = head_len + zero_tail_len;
    struct block b = { .len = 0 };
    uint32_t total;

    PPTP_ASSERT(iface >= 0 && iface < w->n_interfaces);
    PPTP_ASSERT(head_len <= PCAPNG_PACKET_MAX && len <= PCAPNG_PACKET_MAX);
    PPTP_ASSERT(orig_len >= len && orig_len <= UINT32_MAX);
    if (w->error != 0)
        return -1;
    total = (uint32_t)(32 + pad4(len));
    put(&b, BLOCK_EPB, 4);
    put(&b, total, 4);
    put(&b, (uint32_t)iface, 4);
    put(&b, (uint32_t)(time_ns >> 32), 4);
    put(&b, (uint32_t)time_ns, 4);
    put(&b, (uint32_t)len, 4);
    put(&b, (uint32_t)orig_len, 4);
    fwrite(b.octets, 1, b.len, w->file);
    if (head_len > 0)
        fwrite(head, 1, head_len, w->file);
    fwrite(zeros, 1, pad4(len) - head_len, w->file);
    b.len = 0;
    put(&b, total, 4);
    fwrite(b.octets, 1, b.len, w->file);
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

int pcapng_close(struct pcapng *w)
{
    int failed = outfile_end(w->file, w->error, whole_blocks);

    free(w);
    errno = failed;
    return failed != 0 ? -1 : 0;
}

/* Little-endian. */
static void put(struct block *b, uint32_t value, size_t octets)
{
    PPTP_ASSERT(b->len + octets <= BLOCK_MAX);
    for (size_t i = 0; i < octets; i++)
        b->octets[b->len++] = (uint8_t)(value >> (8 * i));
}

static void put_option(struct block *b, uint32_t code, const void *value,
                       size_t len)
{
    size_t cut = len > OPTION_MAX ? OPTION_MAX : len;

    put(b, code, 2);
    put(b, (uint32_t)cut, 2);
    PPTP_ASSERT(b->len + pad4(cut) <= BLOCK_MAX);
    if (cut > 0) {
        memcpy(b->octets + b->len, value, cut);
        b->len += cut;
        put(b, 0, pad4(cut) - cut);
    }
}

/* Fill in the length, which stands at both ends. */
static void block_write(struct pcapng *w, struct block *b)
{
    size_t total = b->len + 4;

    put(b, (uint32_t)total, 4);
    memcpy(b->octets + 4, b->octets + total - 4, 4);
    if (w->error == 0)
        fwrite(b->octets, 1, b->len, w->file);
    outfile_grows(w->file, &w->error);
}

static size_t pad4(size_t len)
{
    return (len + 3) & ~(size_t)3;
}
