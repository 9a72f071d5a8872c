/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGINT and SIGTERM in a run; stop.h. */
#include "config.h"

#include "tool/stop.h"

#include <stdbool.h>
#include <time.h>

volatile sig_atomic_t stop_asked;
static struct timespec asked_at;

/* Of the same second, as far as it matters. */
static bool is_same(const struct timespec *t)
{
    long ns = t->tv_nsec - asked_at.tv_nsec;

    return t->tv_sec - asked_at.tv_sec - (ns < 0) < 1;
}

/* Who is in an endless loop looks for nothing. */
static void on_signal(int number)
{
    struct sigaction none = { .sa_handler = SIG_DFL };
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (stop_asked == 0) {
        asked_at = now;
        stop_asked = number;
    } else if (!is_same(&now)) {
        sigaction(number, &none, NULL);
        raise(number); /* once this handler has returned */
    }
}

void stop_catch(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigset_t none;

    /* one at a time */
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
