/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * MPPE: keys of RFC 3079 §2 and §3, and packets of RFC 3078.
 *
 * On a flushed packet of stateful mode the RFC starts RC4 again with the key
 * that is in use; Linux changes the key first.  We send what both understand:
 * our flushed packet is always a "flag" packet, whose key is new by either
 * reading; counts in between are skipped, as if lost.  What we receive is
 * tried by both readings (resync).
 */
#include "config.h"

#include "ppp/mppe.h"

#include <string.h>

#include <nettle/arcfour.h>
#include <nettle/md4.h>
#include <nettle/sha1.h>

#include "ppp/secrets.h"

enum {
    BIT_FLUSHED = 0x8000,   /* A */
    BIT_ENCRYPTED = 0x1000, /* D */
    COUNT_MASK = 0x0fff,
    FLAG = 0xff,      /* the count's low octet in a "flag" packet */
    AHEAD_MAX = 2048, /* further on is behind */
    LATE_RUN = 32,    /* so many in a row are not late: we lost thousands */
    EXTRA_MAX = 3,    /* key changes of flushed packets that we missed */
    KEY_MAX = 16,
    KEY_WEAK = 8, /* of 40 and 56 bits */
    PAD = 40      /* of RFC 3079's SHSpad1 and SHSpad2 */
};

/* One direction. */
struct mppe_way {
    struct arcfour_ctx rc4;
    uint8_t key[KEY_MAX];
    uint8_t start[KEY_MAX]; /* the master session key */
    uint16_t count;         /* of the latest packet in step */
    uint8_t key_len;        /* 8 or 16; 0: stopped */
    uint8_t fixed;          /* leading octets of the key that are known */
    bool stateful;
    bool flush;    /* tx: the next packet has to be flushed */
    bool discard;  /* rx: waiting for a flushed one */
    uint8_t extra; /* rx: key changes with a flushed packet, as last seen */
    uint16_t late, late_run; /* rx: count of the latest late one, in a row */
    uint32_t missed;         /* rx: packets discarded since in step */
};

/* What the keys of one direction begin with. */
struct mppe_start {
    uint8_t strong[KEY_MAX], weak[KEY_WEAK];
};

struct ppp_mppe {
    struct mppe_way tx, rx;
    /* of the latest authentication, for the next start */
    struct mppe_start tx_start, rx_start;
    uint8_t strengths; /* PPP_MPPE_*, that these are good for */
    struct ppp_early early[2];
};

static void way_start(struct mppe_way *w, uint8_t bits,
                      const struct mppe_start *start);
static void change_key(struct mppe_way *w, uint8_t key[KEY_MAX]);
static bool is_late(struct mppe_way *w, uint16_t count);
static int discard(struct mppe_way *w, uint16_t count, uint32_t changes,
                   bool *reset);
static void resync(struct mppe_way *w, const uint8_t *octets, size_t n);

size_t ppp_mppe_octets(void)
{
    return sizeof(struct ppp_mppe);
}

/* GetAsymmetricStartKey, RFC 3079 §3.4: `send` of the one side is the receive
 * key of the other, and a shorter one the beginning of the longest. */
static void start_key(const uint8_t master[16], bool server_sends,
                      struct mppe_start *start)
{
    static const char client[] = "On the client side, this is the send key; "
                                 "on the server side, it is the receive key.";
    static const char server[] =
        "On the client side, this is the receive key; "
        "on the server side, it is the send key.";
    struct sha1_ctx sha;
    uint8_t pad[PAD];

    sha1_init(&sha);
    sha1_update(&sha, 16, master);
    memset(pad, 0, sizeof pad);
    sha1_update(&sha, sizeof pad, pad);
    sha1_update(&sha, 84, (const uint8_t *)(server_sends ? server : client));
    memset(pad, 0xf2, sizeof pad);
    sha1_update(&sha, sizeof pad, pad);
    sha1_digest(&sha, KEY_MAX, start->strong);
    memcpy(start->weak, start->strong, KEY_WEAK);
    ppp_wipe(&sha, sizeof sha);
}

void ppp_mppe_keys(struct ppp_mppe *m, const uint8_t nt_hash[16],
                   const uint8_t nt_response[24], bool server)
{
    static const char magic[] = "This is the MPPE Master Key";
    struct sha1_ctx sha;
    struct md4_ctx md4;
    uint8_t master[16];

    md4_init(&md4);
    md4_update(&md4, 16, nt_hash);
    md4_digest(&md4, 16, master);
    sha1_init(&sha);
    sha1_update(&sha, 16, master);
    sha1_update(&sha, 24, nt_response);
    sha1_update(&sha, sizeof magic - 1, (const uint8_t *)magic);
    sha1_digest(&sha, 16, master);
    start_key(master, server, &m->tx_start);
    start_key(master, !server, &m->rx_start);
    m->strengths = PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128;
    ppp_wipe(master, sizeof master);
    ppp_wipe(&sha, sizeof sha);
    ppp_wipe(&md4, sizeof md4);
}

void ppp_mppe_keys_v1(struct ppp_mppe *m, const uint8_t nt_hash[16],
                      const uint8_t challenge[8], const uint8_t *lm_hash)
{
    struct mppe_start *start = &m->tx_start;
    struct sha1_ctx sha;
    struct md4_ctx md4;
    uint8_t hash_hash[16];

    md4_init(&md4);
    md4_update(&md4, 16, nt_hash);
    md4_digest(&md4, 16, hash_hash);
    /* Get_Start_Key: the hash twice */
    sha1_init(&sha);
    sha1_update(&sha, 16, hash_hash);
    sha1_update(&sha, 16, hash_hash);
    sha1_update(&sha, 8, challenge);
    sha1_digest(&sha, KEY_MAX, start->strong);
    m->strengths = PPP_MPPE_128;
    if (lm_hash != NULL) {
        memcpy(start->weak, lm_hash, KEY_WEAK);
        m->strengths |= PPP_MPPE_40 | PPP_MPPE_56;
    }
    m->rx_start = *start;
    ppp_wipe(hash_hash, sizeof hash_hash);
    ppp_wipe(&sha, sizeof sha);
    ppp_wipe(&md4, sizeof md4);
}

uint8_t ppp_mppe_strengths(const struct ppp_mppe *m)
{
    return m == NULL ? 0 : m->strengths;
}

void ppp_mppe_start(struct ppp_mppe *m, uint8_t tx_bits, uint8_t rx_bits)
{
    const uint8_t modes = PPP_MPPE_STATELESS | PPP_MPPE_STATEFUL;

    PPTP_ASSERT(((tx_bits | rx_bits) & ~(modes | m->strengths)) == 0);
    way_start(&m->tx, tx_bits, &m->tx_start);
    way_start(&m->rx, rx_bits, &m->rx_start);
}

void ppp_mppe_stop(struct ppp_mppe *m)
{
    ppp_wipe(m, sizeof *m);
}

struct ppp_early *ppp_mppe_early(struct ppp_mppe *m)
{
    return m == NULL ? NULL : m->early;
}

static void put_key(struct mppe_way *w)
{
    arcfour_set_key(&w->rc4, w->key_len, w->key);
}

static bool is_flag(unsigned count)
{
    return (count & 0xff) == FLAG;
}

int ppp_mppe_encrypt(struct ppp_mppe *m, uint8_t *octets, size_t n)
{
    struct mppe_way *w = &m->tx;
    unsigned head = BIT_ENCRYPTED;

    if (w->key_len == 0)
        return PPTP_ERR_STATE;
    w->count = (w->count + 1) & COUNT_MASK;
    if (w->flush)
        w->count |= FLAG;
    if (!w->stateful || is_flag(w->count)) {
        change_key(w, w->key);
        put_key(w);
        head |= BIT_FLUSHED;
        w->flush = false;
    }
    head |= w->count;
    octets[-2] = (uint8_t)(head >> 8);
    octets[-1] = (uint8_t)head;
    arcfour_crypt(&w->rc4, n, octets, octets);
    return (int)(n + 2);
}

int ppp_mppe_decrypt(struct ppp_mppe *m, uint8_t *octets, size_t n,
                     bool *reset)
{
    struct mppe_way *w = &m->rx;
    unsigned head, ahead, last = w->count;
    uint16_t count;
    uint32_t changes;

    *reset = false;
    if (w->key_len == 0)
        return PPTP_ERR_STATE;
    if (n < 3)
        return PPTP_ERR_TRUNCATED;
    head = (unsigned)octets[0] << 8 | octets[1];
    if ((head & BIT_ENCRYPTED) == 0 ||
        (!w->stateful && (head & BIT_FLUSHED) == 0))
        return PPTP_ERR_FORMAT;
    count = head & COUNT_MASK;
    if (is_late(w, count))
        return PPTP_ERR_STATE;
    ahead = (count - last) & COUNT_MASK;
    /* 7.1: every packet; 7.2, 8.2: every flag packet, the lost ones, too */
    changes = w->stateful ? (last + ahead + 1) / 256 - (last + 1) / 256
                          : ahead;
    if (w->stateful && (w->discard || ahead != 1) && (head & BIT_FLUSHED) == 0)
        return discard(w, count, changes, reset);
    w->count = count;
    w->discard = false;
    w->missed = 0;
    for (; changes > 0; changes--)
        change_key(w, w->key);
    if (w->stateful && (head & BIT_FLUSHED) != 0)
        resync(w, octets + 2, n - 2);
    else if (!w->stateful || is_flag(count))
        put_key(w);
    arcfour_crypt(&w->rc4, n - 2, octets + 2, octets + 2);
    return (int)(n - 2);
}

void ppp_mppe_flush(struct ppp_mppe *m)
{
    m->tx.flush = m->tx.stateful;
}

static void way_start(struct mppe_way *w, uint8_t bits,
                      const struct mppe_start *start)
{
    uint8_t strength = bits & (PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128);

    PPTP_ASSERT((strength & (strength - 1)) == 0);
    w->key_len = strength == PPP_MPPE_128 ? KEY_MAX
                 : strength != 0          ? KEY_WEAK
                                          : 0;
    w->fixed = strength == PPP_MPPE_40 ? 3 : strength == PPP_MPPE_56 ? 1 : 0;
    w->stateful = (bits & PPP_MPPE_STATEFUL) != 0;
    w->count = COUNT_MASK; /* the first packet is 0 */
    w->flush = w->discard = false;
    w->extra = 0;
    w->late_run = 0;
    w->missed = 0;
    if (w->key_len == 0)
        return;
    /* RFC 3079 2.4: the first transient key is the SHA's output as it is */
    memcpy(w->start, w->key_len == KEY_MAX ? start->strong : start->weak,
           w->key_len);
    memcpy(w->key, w->start, w->key_len);
    change_key(w, NULL);
    put_key(w);
}

/*
 * GetNewKeyFromSHA, RFC 3078 §7.3, and what comes after it: a new transient
 * key at `key`.  NULL: the initial one of w, which is not encrypted with
 * itself.
 */
static void change_key(struct mppe_way *w, uint8_t key[KEY_MAX])
{
    static const uint8_t known[3] = { 0xd1, 0x26, 0x9e };
    size_t len = w->key_len;
    uint8_t text[2 * (KEY_MAX + PAD)], interim[KEY_MAX];
    struct arcfour_ctx rc4;
    struct sha1_ctx sha;
    bool first = key == NULL;

    if (first)
        key = w->key;
    memcpy(text, w->start, len);
    memset(text + len, 0, PAD);
    memcpy(text + len + PAD, key, len);
    memset(text + 2 * len + PAD, 0xf2, PAD);
    sha1_init(&sha);
    sha1_update(&sha, 2 * (len + PAD), text);
    sha1_digest(&sha, len, interim);
    if (first) {
        memcpy(key, interim, len);
    } else {
        arcfour_set_key(&rc4, len, interim);
        arcfour_crypt(&rc4, len, key, interim);
    }
    memcpy(key, known, w->fixed);
    ppp_wipe(text, sizeof text);
    ppp_wipe(interim, sizeof interim);
}

/*
 * Behind the latest packet in step, or the same again.  More than LATE_RUN
 * such packets in the order of their counts are not late: then so many were
 * lost that the count has come round.
 */
static bool is_late(struct mppe_way *w, uint16_t count)
{
    unsigned ahead = (count - w->count) & COUNT_MASK;

    if (ahead != 0 && ahead <= AHEAD_MAX) {
        w->late_run = 0;
        return false;
    }
    if (w->late_run > 0 && count == ((w->late + 1) & COUNT_MASK))
        w->late_run++;
    else
        w->late_run = 1;
    w->late = count;
    if (ahead == 0 || w->late_run <= LATE_RUN)
        return true;
    w->late_run = 0;
    return false;
}

/*
 * Out of step, and not flushed: the key keeps up, so that one flushed packet
 * is enough.  One Reset-Request goes at once, more as packets keep coming: it
 * may have been lost, and there is no timer here.
 */
static int discard(struct mppe_way *w, uint16_t count, uint32_t changes,
                   bool *reset)
{
    for (; changes > 0; changes--)
        change_key(w, w->key);
    w->count = count;
    w->discard = true;
    w->missed++;
    *reset = w->missed == 1 ||
             (w->missed >= 4 && (w->missed & (w->missed - 1)) == 0) ||
             w->missed % 256 == 0;
    return PPTP_ERR_STATE;
}

/* Do these octets look like the IP packets that MPPE carries? */
static bool plausible(const uint8_t *s, size_t n)
{
    if (n >= 2 && s[0] == 0) {
        s++;
        n--;
    }
    return n >= 2 && ((s[0] == PPP_PROTO_IP && s[1] >> 4 == 4) ||
                      (s[0] == PPP_PROTO_IPV6 && s[1] >> 4 == 6));
}

/*
 * A flushed packet: RC4 starts again.  How many times the sender changed its
 * key for this flushed packet and for those that were lost is not known:
 * none, says the RFC; once each, does Linux.  The reading that makes an IP
 * packet is right, the last one that did is tried first.
 */
static void resync(struct mppe_way *w, const uint8_t *octets, size_t n)
{
    uint8_t keys[EXTRA_MAX + 1][KEY_MAX];
    /* a flag packet's key is new by both readings */
    unsigned first = is_flag(w->count) ? 0 : w->extra;
    unsigned i, right = EXTRA_MAX + 1;
    uint8_t head[3];

    memcpy(keys[0], w->key, KEY_MAX);
    if (n > sizeof head)
        n = sizeof head;
    for (i = 0; i <= EXTRA_MAX; i++) {
        struct arcfour_ctx rc4;

        if (i > 0) {
            memcpy(keys[i], keys[i - 1], KEY_MAX);
            change_key(w, keys[i]);
        }
        arcfour_set_key(&rc4, w->key_len, keys[i]);
        arcfour_crypt(&rc4, n, head, octets);
        if (plausible(head, n) && (right > EXTRA_MAX || i == first))
            right = i;
        if (right <= EXTRA_MAX && i >= first)
            break;
    }
    if (right > EXTRA_MAX)
        right = first;
    else if (!is_flag(w->count))
        w->extra = right > 0;
    memcpy(w->key, keys[right], KEY_MAX);
    put_key(w);
    ppp_wipe(keys, sizeof keys);
}
