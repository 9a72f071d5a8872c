/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets of one flow as one, tap/gro.c: whatever packets go in, what is
 * written and cut again is what went in, in the order of its flow.
 *
 * Input: kinds (1 octet); then for each packet one octet that says how it
 * comes about: anything (length and octets follow), or the next one of one of
 * four flows (length), and then perhaps octets of it changed (place, xor) and
 * its checksums made right again.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tests/unit/tap_gro_cut.h"

enum { FLOWS = 4, LONGEST = 2000, CHANGES = 8 };

/* Of each flow: what comes next. */
struct flow {
    uint32_t seq;
    uint16_t id;
};

static uint8_t *next_of(struct flow *f, unsigned flow, size_t data, size_t *n)
{
    static const uint8_t ip4[] = { 0x45, 0, 0,  0, 0, 0, 0x40, 0, 64, 0,
                                   0,    0, 10, 1, 2, 3, 10,   1, 0,  1 };
    bool tcp = flow < 2;
    size_t head = tcp ? 40 : 28, i;
    uint8_t *ip;

    *n = head + data;
    ip = fuzz_alloc(*n);
    memset(ip, (int)data, *n);
    memcpy(ip, ip4, sizeof ip4);
    cut_put16(ip + 2, (uint32_t)*n);
    cut_put16(ip + 4, f->id++);
    ip[9] = tcp ? 6 : 17;
    memset(ip + 20, 0, head - 20);
    ip[21] = (uint8_t)flow;
    if (tcp) {
        for (i = 0; i < 4; i++)
            ip[24 + i] = (uint8_t)(f->seq >> (24 - 8 * i));
        f->seq += (uint32_t)data;
        ip[32] = 0x50;
        ip[33] = 0x10;
    } else {
        cut_put16(ip + 24, (uint32_t)data + 8);
    }
    cut_checksums(ip, *n);
    return ip;
}

static void change(struct fuzz_in *in, uint8_t *ip, size_t n, unsigned how)
{
    unsigned i;

    for (i = how >> 2 & (CHANGES - 1); i > 0; i--) {
        size_t at = fuzz_u16(in);

        ip[at % n] ^= fuzz_u8(in);
    }
    if ((how & 0x40) != 0 && n >= 40)
        cut_checksums(ip, n);
}

static uint8_t *packet(struct fuzz_in *in, struct flow *f, size_t *n)
{
    unsigned how = fuzz_u8(in);
    size_t got;
    const uint8_t *octets;
    uint8_t *ip;

    if ((how & 0x80) != 0) {
        octets = fuzz_take(in, fuzz_u16(in) % LONGEST, &got);
        *n = got;
        return fuzz_copy(octets, got);
    }
    ip = next_of(&f[how & 3], how & 3, fuzz_u8(in) * 6u, n);
    change(in, ip, *n, how);
    return ip;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct fuzz_in in = { octets, len };
    struct flow f[FLOWS] = { { .seq = 0xfffffe00, .id = 0xfff0 } };
    unsigned kinds = fuzz_u8(&in) & 3;
    struct iovec v[TAP_GRO_PACKETS];
    struct tap_gro g;
    const char *wrong;
    uint32_t n, i;

    for (n = 0; n < TAP_GRO_PACKETS && in.left > 0; n++)
        v[n].iov_base = packet(&in, f, &v[n].iov_len);
    wrong = cut_batch(&g, v, n, kinds);
    if (wrong != NULL)
        fuzz_fail(__FILE__, __LINE__, wrong);
    for (i = 0; i < n; i++)
        free(v[i].iov_base);
    return 0;
}
