/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone ctl top`: the calls, live; ctl_cmd.h. */
#include "config.h"

#include "tool/ctl_top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "tool/ctl_table.h"
#include "tool/run.h"

enum { LINES_ABOVE = 2, HEIGHT = 24, WIDTH = 80 };

/* One call, now and in the table before. */
struct row {
    json_t *call; /* borrowed */
    uint64_t id, rx, tx;
    double rx_bps, tx_bps;
    bool known; /* it was there before: it has rates */
};

struct sample {
    struct row *row; /* by id */
    size_t n;
    double at_s;
};

struct screen {
    bool live; /* on a terminal */
    bool keys; /* and one to read from */
    struct termios before;
    sigset_t outside; /* signals that are let in while we wait */
    unsigned lines, columns;
};

static volatile sig_atomic_t came; /* a signal */

static void on_signal(int s)
{
    came = s;
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the terminal ------------------------------------------------------- */

static void measure(struct screen *s)
{
    struct winsize w;

    s->lines = HEIGHT;
    s->columns = WIDTH;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 &&
        w.ws_col > 0) {
        s->lines = w.ws_row;
        s->columns = w.ws_col;
    }
}

/* Signals come only while we wait, so that none is missed. */
static void catch_signals(struct screen *s)
{
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };
    struct sigaction a = { .sa_handler = on_signal };
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    sigemptyset(&a.sa_mask);
    for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        sigaddset(&set, ends[i]);
        sigaction(ends[i], &a, NULL);
    }
    sigprocmask(SIG_BLOCK, &set, &s->outside);
    for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sigdelset(&s->outside, ends[i]);
}

static void screen_begin(struct screen *s)
{
    struct termios t;

    came = 0;
    s->live = isatty(STDOUT_FILENO);
    s->keys = s->live && tcgetattr(STDIN_FILENO, &s->before) == 0;
    catch_signals(s);
    if (!s->live)
        return;
    signal(SIGTSTP, SIG_IGN); /* it would leave the terminal as we have it */
    if (s->keys) {
        t = s->before;
        t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &t);
    }
    fputs("\033[?1049h\033[?25l", stdout); /* another screen, no cursor */
    fflush(stdout);
}

static void screen_end(const struct screen *s)
{
    if (!s->live)
        return;
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    if (s->keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

/* Until at_s, or a key or signal that ends it: false then. */
static bool wait_until(const struct screen *s, double at_s)
{
    struct pollfd p = { .fd = s->keys ? STDIN_FILENO : -1, .events = POLLIN };
    double left;
    char key;

    while ((left = at_s - now_s()) > 0) {
        struct timespec t = { .tv_sec = (time_t)left };

        t.tv_nsec = (long)((left - (double)t.tv_sec) * 1e9);
        if (ppoll(&p, 1, &t, &s->outside) < 0 && errno != EINTR)
            return false;
        if (came == SIGWINCH) {
            came = 0;
            return true; /* at once, in the new size */
        }
        if (came != 0)
            return false;
        if (p.revents != 0) {
            if (read(STDIN_FILENO, &key, 1) != 1)
                p.fd = -1; /* nobody types there any more */
            else if (key == 'q' || key == 'Q')
                return false;
        }
        p.revents = 0;
    }
    return true;
}

/* --- rates -------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static int by_rate(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    double p = x->rx_bps + x->tx_bps, q = y->rx_bps + y->tx_bps;

    return p != q ? (p < q) - (p > q) : by_id(a, b);
}

/* Rates since the sample before; row by row, not of the daemon's clock. */
static void set_rates(struct sample *s, const struct sample *before)
{
    double passed = s->at_s - before->at_s;
    size_t i;

    for (i = 0; i < s->n; i++) {
        struct row *r = &s->row[i];
        const struct row *b = before->n == 0
                                  ? NULL
                                  : bsearch(r, before->row, before->n,
                                            sizeof *r, by_id);

        r->known = b != NULL && r->rx >= b->rx && r->tx >= b->tx && passed > 0;
        if (!r->known)
            continue;
        r->rx_bps = (double)(r->rx - b->rx) * 8 / passed;
        r->tx_bps = (double)(r->tx - b->tx) * 8 / passed;
    }
}

/* False: no memory. */
static bool take_sample(json_t *calls, struct sample *s)
{
    json_t *call;
    size_t i;

    s->at_s = now_s();
    s->n = json_array_size(calls);
    s->row = calloc(s->n + 1, sizeof *s->row);
    if (s->row == NULL)
        return false;
    json_array_foreach(calls, i, call)
        s->row[i] = (struct row){ .call = call,
                                  .id = ctl_number(call, "call"),
                                  .rx = ctl_number(call, "rx_octets"),
                                  .tx = ctl_number(call, "tx_octets") };
    qsort(s->row, s->n, sizeof *s->row, by_id);
    return true;
}

/* --- the table ---------------------------------------------------------- */

static void fill_row(char (*cell)[CTL_CELL], const struct row *r)
{
    json_t *o = r->call;

    ctl_cell_number(cell[0], o, "call");
    ctl_cell_text(cell[1], o, "user");
    ctl_cell_text(cell[2], o, "remote");
    ctl_cell_text(cell[3], o, "inner");
    ctl_cell_text(cell[4], o, "line");
    ctl_cell_text(cell[5], o,
                  json_object_get(o, "phase") != NULL ? "phase" : "state");
    ctl_cell_duration(cell[6], o, "up_ms");
    snprintf(cell[7], CTL_CELL, "-");
    snprintf(cell[8], CTL_CELL, "-");
    if (r->known) {
        ctl_scaled(cell[7], r->rx_bps);
        ctl_scaled(cell[8], r->tx_bps);
    }
    if (json_object_get(o, "window") != NULL)
        snprintf(cell[9], CTL_CELL, "%llu/%llu",
                 (unsigned long long)ctl_number(o, "window"),
                 (unsigned long long)ctl_number(o, "peer_window"));
    else
        snprintf(cell[9], CTL_CELL, "-");
    ctl_cell_us(cell[10], o, "ato_us");
    ctl_cell_number(cell[11], o, "rx_lost");
    ctl_cell_number(cell[12], o, "timeouts");
}

static void print_sum(const struct ctl_client *k, const struct sample *s,
                      const char *eol)
{
    char rx[CTL_CELL], tx[CTL_CELL];
    double rx_bps = 0, tx_bps = 0;
    size_t i;

    for (i = 0; i < s->n; i++) {
        rx_bps += s->row[i].rx_bps;
        tx_bps += s->row[i].tx_bps;
    }
    ctl_scaled(rx, rx_bps);
    ctl_scaled(tx, tx_bps);
    printf("%s: %zu call%s, rx %s bit/s, tx %s bit/s%s", k->path, s->n,
           pptp_plural(s->n), rx, tx, eol);
}

/* False: no memory. */
static bool show(const struct ctl_client *k, const struct screen *s,
                 struct sample *sample)
{
    static const char *const heads[] = {
        "CALL",     "<USER",    "<PEER",  "<INNER", "<LINE", "<STATE",  "UP",
        "RX bit/s", "TX bit/s", "WINDOW", "ATO",    "LOST",  "TIMEOUTS"
    };
    struct ctl_table t = { .heads = heads,
                           .columns = sizeof heads / sizeof heads[0] };
    const char *eol = s->live ? "\033[K\r\n" : "\n";
    size_t room = sample->n, i;
    bool whole;

    if (s->live)
        room = s->lines > LINES_ABOVE + 1 ? s->lines - LINES_ABOVE - 1 : 1;
    for (i = 0; i < sample->n && i < room; i++) {
        char(*cell)[CTL_CELL] = ctl_table_row(&t);

        if (cell == NULL)
            break;
        fill_row(cell, &sample->row[i]);
    }
    if (s->live)
        fputs("\033[H", stdout);
    print_sum(k, sample, eol);
    ctl_table_print(&t, stdout, room, s->live ? s->columns : 0, eol);
    if (s->live)
        fputs("\033[J", stdout);
    fflush(stdout);
    whole = !t.failed;
    ctl_table_free(&t);
    return whole;
}

/* One round: asks, shows, keeps the sample for the next. */
static int turn(struct ctl_client *k, struct screen *s, struct sample *before,
                bool quiet)
{
    json_t *r = ctl_ask_all(k, "calls");
    struct sample sample;
    struct row *sorted;
    bool done;

    if (r == NULL)
        return 1;
    if (!take_sample(json_object_get(r, "calls"), &sample)) {
        json_decref(r);
        snprintf(k->why, sizeof k->why, "no memory");
        return RUN_INTERNAL;
    }
    set_rates(&sample, before);
    free(before->row);
    *before = sample;
    sorted = malloc((sample.n + 1) * sizeof *sorted);
    done = sorted != NULL;
    if (done && !quiet) {
        memcpy(sorted, sample.row, sample.n * sizeof *sorted);
        qsort(sorted, sample.n, sizeof *sorted, by_rate);
        sample.row = sorted;
        if (s->live)
            measure(s);
        done = show(k, s, &sample);
    }
    free(sorted);
    json_decref(r);
    if (!done)
        snprintf(k->why, sizeof k->why, "no memory");
    return done ? RUN_OK : RUN_INTERNAL;
}

int ctl_top(struct ctl_client *k, uint64_t interval_ns, uint64_t count)
{
    struct screen s = { .live = false };
    struct sample before = { .row = NULL };
    double next = now_s();
    uint64_t shown = 0;
    bool first = true;
    int result;

    screen_begin(&s);
    do {
        /* on a pipe the first table would have no rates */
        bool quiet = first && !s.live;

        result = turn(k, &s, &before, quiet);
        first = false;
        shown += !quiet;
        next += (double)interval_ns / 1e9;
        if (next < now_s())
            next = now_s();
    } while (result == RUN_OK && (count == 0 || shown < count) &&
             !ferror(stdout) && wait_until(&s, next));
    screen_end(&s);
    free(before.row);
    if (result != RUN_OK)
        ctl_failed(k);
    return result == RUN_OK && came != 0 && came != SIGINT ? RUN_SIGNAL + came
                                                           : result;
}
