/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asynchronous HDLC on descriptors; async.h. RFC 1662 and its 7.1. */
#include "config.h"

#include "tap/async.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ppp/peek.h"
#include "ppp/ppp.h"

enum { CRC, FRAMING, HW_OVERRUNS, BUFFER_OVERRUNS }; /* 2.14 */

static void on_rx(struct tap_source *s, uint32_t events);
static void on_tx(struct tap_source *s, uint32_t events);

void tap_async_init(struct tap_async *a, struct tap_line *line,
                    const struct tap_async_ops *ops, uint32_t limit)
{
    memset(a, 0, sizeof *a);
    a->ops = ops;
    a->line = line;
    a->limit = limit > 0 ? limit : TAP_ASYNC_FRAMES;
    a->first = a->last = PPTP_PKT_NONE;
    a->tx_accm = UINT32_MAX;
    a->errors_gap_ns = 5 * PPTP_S;
    a->errors_due_ns = PPTP_NEVER;
    a->rx = (struct tap_source){ .fd = -1, .ready = on_rx, .owner = a };
    a->tx = (struct tap_source){ .fd = -1, .ready = on_tx, .owner = a };
    ppp_hdlc_init(&a->hdlc, 0);
}

/* --- what is waited for -------------------------------------------------- */

/*
 * The descriptors are in the loop all the time.  One that is not waited for
 * has EPOLLET alone: epoll reports a hang-up whatever is asked for, but then
 * only once.
 */
static void want(struct tap_async *a)
{
    const uint32_t out = a->out_len > 0 ? EPOLLOUT : 0;
    uint32_t in = a->held ? 0 : EPOLLIN;

    if (a->rx.fd < 0)
        return;
    if (a->tx.fd < 0)
        in |= out;
    else
        tap_loop_change(a->line->loop, &a->tx, out != 0 ? out : EPOLLET);
    if (in == 0 || a->lively)
        in |= EPOLLET;
    tap_loop_change(a->line->loop, &a->rx, in);
}

int tap_async_open(struct tap_async *a, int rx_fd, int tx_fd)
{
    int saved;

    a->rx.fd = rx_fd;
    a->tx.fd = tx_fd != rx_fd ? tx_fd : -1;
    a->held = false;
    if (tap_loop_add(a->line->loop, &a->rx, EPOLLIN) < 0) {
        a->rx.fd = a->tx.fd = -1;
        return -1;
    }
    if (a->tx.fd < 0 || tap_loop_add(a->line->loop, &a->tx, EPOLLET) == 0)
        return 0;
    saved = errno;
    tap_loop_remove(a->line->loop, &a->rx);
    a->rx.fd = a->tx.fd = -1;
    errno = saved;
    return -1;
}

void tap_async_close(struct tap_async *a)
{
    if (a->rx.fd >= 0)
        tap_loop_remove(a->line->loop, &a->rx);
    if (a->tx.fd >= 0)
        tap_loop_remove(a->line->loop, &a->tx);
    a->rx.fd = a->tx.fd = -1;
    tap_async_down(a);
}

void tap_async_lively(struct tap_async *a, bool lively)
{
    a->lively = lively;
    want(a);
}

/* --- calls --------------------------------------------------------------- */

void tap_async_up(struct tap_async *a, pptp_ns now)
{
    a->up = true;
    a->held = false;
    a->tx_accm = UINT32_MAX; /* R-2.15-03 */
    a->hdlc.accm = 0;
    memset(a->errors, 0, sizeof a->errors);
    memset(a->errors_told, 0, sizeof a->errors_told);
    memset(a->uart, 0, sizeof a->uart);
    a->bad_fcs0 = a->hdlc.bad_fcs;
    a->aborted0 = a->hdlc.aborted;
    a->too_long0 = a->hdlc.too_long;
    a->no_packet0 = a->stats.rx_no_packet;
    a->errors_after_ns = now + a->errors_gap_ns;
    a->errors_due_ns = PPTP_NEVER;
    want(a);
}

/* The first of those that wait goes back to the owner: sent, or not. */
static void give_back(struct tap_async *a, bool sent)
{
    const struct nas_line_owner *o = a->line->nas->owner;
    const pptp_pkt pkt = a->first;

    a->first = pptp_pool_at(a->line->pool, pkt)->next;
    if (a->first == PPTP_PKT_NONE)
        a->last = PPTP_PKT_NONE;
    a->waiting--;
    (sent ? o->frame_done : o->frame_dropped)(a->line->nas, pkt);
}

void tap_async_down(struct tap_async *a)
{
    a->up = false;
    a->held = false;
    a->errors_due_ns = PPTP_NEVER;
    a->rx_at = a->rx_len = 0;
    a->out_at = a->out_len = 0;
    a->hdlc.in_frame = a->hdlc.escaped = a->hdlc.overrun = false;
    a->hdlc.len = 0;
    want(a);
    while (a->first != PPTP_PKT_NONE) {
        a->stats.tx_no_call++;
        give_back(a, false);
    }
}

/*
 * The receive map says which octets somebody on the line may have put in.
 * All ones is what PNSs say who do not know LCP's outcome (real ones do, at
 * the start of a call); to take it at its word would damage every frame of
 * a client that was allowed to send control octets as they are.
 */
void tap_async_accm(struct tap_async *a, uint32_t tx_accm, uint32_t rx_accm)
{
    a->tx_accm = tx_accm;
    a->hdlc.accm = rx_accm != UINT32_MAX ? rx_accm : 0;
}

void tap_async_hold(struct tap_async *a, bool hold)
{
    a->held = hold && a->up;
    want(a);
}

/* --- errors -------------------------------------------------------------- */

static uint32_t low32(uint64_t v)
{
    return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static void count_errors(struct tap_async *a, pptp_ns now)
{
    unsigned i;

    for (i = 0; i < 6; i++)
        a->errors[i] = a->uart[i];
    a->errors[CRC] += low32(a->hdlc.bad_fcs - a->bad_fcs0);
    a->errors[FRAMING] += low32(a->hdlc.aborted - a->aborted0 +
                                a->hdlc.too_long - a->too_long0);
    a->errors[BUFFER_OVERRUNS] += low32(a->stats.rx_no_packet - a->no_packet0);
    if (a->errors_due_ns == PPTP_NEVER && a->up &&
        memcmp(a->errors, a->errors_told, sizeof a->errors) != 0)
        a->errors_due_ns = a->errors_after_ns > now ? a->errors_after_ns : now;
}

void tap_async_uart(struct tap_async *a, pptp_ns now, const uint32_t errors[6])
{
    memcpy(a->uart, errors, sizeof a->uart);
    count_errors(a, now);
}

static void tell_errors(struct tap_async *a, pptp_ns now)
{
    struct nas_line *l = a->line->nas;

    memcpy(a->errors_told, a->errors, sizeof a->errors);
    a->errors_due_ns = PPTP_NEVER;
    a->errors_after_ns = now + a->errors_gap_ns;
    l->owner->event(l, now, PPTP_LINE_ERRORS);
}

/* --- receiving ----------------------------------------------------------- */

pptp_pkt tap_async_packet(struct tap_async *a, const uint8_t *o, size_t n)
{
    struct pptp_pool *pool = a->line->pool;
    pptp_pkt pkt = PPTP_PKT_NONE;
    struct pptp_packet *k;

    if (n + PPTP_HEADROOM <= pool->buf_octets)
        pkt = pptp_pool_take(pool, PPTP_HEADROOM);
    if (pkt == PPTP_PKT_NONE) {
        a->stats.rx_no_packet++;
        return pkt;
    }
    k = pptp_pool_at(pool, pkt);
    memcpy(pptp_packet_data(k), o, n);
    k->head_len = (uint16_t)n;
    return pkt;
}

void tap_async_deliver(struct tap_async *a, pptp_pkt pkt)
{
    struct nas_line *l = a->line->nas;

    a->stats.rx_frames++;
    a->stats.rx_octets += pptp_packet_len(pptp_pool_at(a->line->pool, pkt));
    l->owner->frame(l, tap_now(), pkt);
}

void tap_async_skip(struct tap_async *a, size_t n)
{
    PPTP_ASSERT(a->taking && n <= a->rx_len - a->rx_at);
    a->rx_at += (uint32_t)n;
}

/* A frame may make the tunnel full, or end the call: then the rest waits in
 * rx_buf, or is gone with the call. */
void tap_async_decode(struct tap_async *a, const uint8_t *o, size_t n)
{
    size_t used, len;

    len = ppp_hdlc_decode(&a->hdlc, a->frame, sizeof a->frame, o, n, &used);
    tap_async_skip(a, used);
    if (len > 0)
        a->ops->frame(a, a->frame, len);
}

/* Hands out what was read, until there is no more or it has to wait. */
static void take(struct tap_async *a, pptp_ns now)
{
    if (a->taking)
        return;
    a->taking = true;
    while (a->rx_at < a->rx_len && !a->held) {
        const uint32_t before = a->rx_at, len = a->rx_len;

        a->ops->octets(a, a->rx_buf + a->rx_at, len - before);
        PPTP_ASSERT(a->rx_at > before || a->rx_len != len);
    }
    a->taking = false;
    count_errors(a, now);
}

static void on_rx(struct tap_source *s, uint32_t events)
{
    struct tap_async *a = s->owner;
    ssize_t n;

    if ((events & EPOLLOUT) != 0)
        on_tx(s, events);
    if (s->fd < 0 || a->held || a->rx_at < a->rx_len) {
        /* not read to its end: frames of a call that is over, and epoll
         * would go on and on */
        if (s->fd >= 0 && (events & (EPOLLHUP | EPOLLERR)) != 0)
            a->ops->gone(a, EIO);
        return;
    }
    if (a->lively) {
        if ((events & EPOLLIN) == 0)
            return;
        tap_async_lively(a, false);
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
        return;
    n = read(s->fd, a->rx_buf, sizeof a->rx_buf);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        a->ops->gone(a, n < 0 ? errno : 0);
        return;
    }
    a->rx_at = 0;
    a->rx_len = (uint32_t)n;
    take(a, tap_now());
}

bool tap_async_probe(struct tap_async *a)
{
    ssize_t n;

    if (a->rx_at < a->rx_len)
        return true;
    n = read(a->rx.fd, a->rx_buf, sizeof a->rx_buf);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    a->rx_at = 0;
    a->rx_len = n > 0 ? (uint32_t)n : 0;
    tap_async_lively(a, false);
    return true;
}

/* --- sending ------------------------------------------------------------- */

/* RFC 1661, 1662 7.1: LCP is sent as though nothing had been agreed on. */
static bool is_lcp(const uint8_t *o, size_t n)
{
    return ppp_peek(o, n).protocol == PPP_PROTO_LCP;
}

/* The first of those that wait, as octets in `out`. */
static void encode(struct tap_async *a, bool open)
{
    struct pptp_packet *k = pptp_pool_at(a->line->pool, a->first);
    const uint8_t *o = pptp_packet_data(k);
    const uint32_t accm = is_lcp(o, k->head_len) ? UINT32_MAX : a->tx_accm;

    a->out_at = 0;
    a->out_len = (uint32_t)ppp_hdlc_encode(a->out, o, k->head_len, accm, open);
    a->stats.tx_frames++;
    a->stats.tx_octets += k->head_len;
}

/* 1: all of `out` is in the kernel; 0: not yet; -1: gone. */
static int push_out(struct tap_async *a)
{
    const int fd = a->tx.fd >= 0 ? a->tx.fd : a->rx.fd;

    while (a->out_at < a->out_len) {
        ssize_t n = write(fd, a->out + a->out_at, a->out_len - a->out_at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            return -1;
        if (n <= 0)
            return 0;
        a->out_at += (uint32_t)n;
    }
    a->out_at = a->out_len = 0;
    return 1;
}

/* As much as the descriptor takes; -1: it is gone. `open`: a flag was the
 * last octet, and the next frame follows it at once. */
static int drain(struct tap_async *a)
{
    bool open = false;
    int done = 1;

    while (a->first != PPTP_PKT_NONE && done > 0) {
        if (a->out_len == 0)
            encode(a, open);
        done = push_out(a);
        if (done > 0)
            give_back(a, true);
        open = true;
    }
    want(a);
    return done;
}

static void on_tx(struct tap_source *s, uint32_t events)
{
    struct tap_async *a = s->owner;

    if (s == &a->tx && (events & (EPOLLERR | EPOLLHUP)) != 0)
        a->ops->gone(a, EPIPE); /* nobody reads, and nobody will */
    else if (a->out_len > 0 && drain(a) < 0)
        a->ops->gone(a, EIO);
}

void tap_async_frame(struct tap_async *a, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(a->line->pool, pkt);
    uint64_t *lost = NULL;

    if (!a->up)
        lost = &a->stats.tx_no_call;
    else if (k->tail_len > 0 || k->head_len + 2u > TAP_ASYNC_FRAME)
        lost = &a->stats.tx_too_long;
    else if (a->waiting >= a->limit)
        lost = &a->stats.tx_full;
    if (lost != NULL) {
        ++*lost;
        a->line->nas->owner->frame_dropped(a->line->nas, pkt);
        return;
    }
    k->next = PPTP_PKT_NONE;
    if (a->last != PPTP_PKT_NONE)
        pptp_pool_at(a->line->pool, a->last)->next = pkt;
    else
        a->first = pkt;
    a->last = pkt;
    a->waiting++;
    /* a descriptor that is gone says so to the loop */
    if (a->out_len == 0 && a->waiting == 1)
        (void)drain(a);
}

bool tap_async_write(struct tap_async *a, const void *octets, size_t n)
{
    const int fd = a->tx.fd >= 0 ? a->tx.fd : a->rx.fd;

    PPTP_ASSERT(!a->up);
    return write(fd, octets, n) == (ssize_t)n;
}

/* --- time ---------------------------------------------------------------- */

pptp_ns tap_async_deadline(const struct tap_async *a)
{
    if (a->rx_at < a->rx_len && !a->held && !a->taking)
        return 0;
    return a->errors_due_ns;
}

void tap_async_advance(struct tap_async *a, pptp_ns now)
{
    take(a, now);
    if (a->errors_due_ns <= now)
        tell_errors(a, now);
}
