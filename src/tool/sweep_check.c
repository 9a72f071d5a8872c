/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Platforms that are tried in processes of their own; see sweep_check.h. */
#include "config.h"

#include "tool/sweep_check.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/pool.h"
#include "tool/run.h"
#include "tool/variant.h"

struct checks {
    const struct sweep_check *c;
    size_t begun;
    size_t config; /* the one that is wrong */
    struct conf_error *err;
    int result;
};

static bool next(void *ctx, size_t *task)
{
    struct checks *k = ctx;

    if (k->result != RUN_OK || k->begun == k->c->n)
        return false;
    *task = k->begun++;
    return true;
}

/* The exit status is the result, what is written is why. */
static int work(void *ctx, size_t task, int fd)
{
    static volatile sig_atomic_t never;
    struct checks *k = ctx;
    struct conf_error err = { "" };
    struct scenario s;
    int result = RUN_INPUT;

    if (k->c->load(k->c->ctx, k->c->configs[task], &s, &err) == 0)
        result = variant_run(&s, NULL, "", true, &never, NULL, &err);
    if (write(fd, err.text, strlen(err.text)) < 0)
        result = RUN_INTERNAL;
    return result;
}

static bool done(void *ctx, const struct pool_end *end)
{
    struct checks *k = ctx;

    if (end->error == 0 && end->signal == 0 && end->status == RUN_OK)
        return true;
    if (k->result != RUN_OK && k->c->configs[end->task] > k->config)
        return true; /* the first one is told, whichever ended first */
    k->config = k->c->configs[end->task];
    k->result = end->status == RUN_INPUT ? RUN_INPUT : RUN_INTERNAL;
    if (end->error != 0)
        conf_fail(k->err, NULL, "a check: %s", strerror(end->error));
    else if (end->signal != 0)
        conf_fail(k->err, NULL, "a check died of signal %d", end->signal);
    else
        conf_fail(k->err, NULL, "%.*s", (int)end->len,
                  end->len > 0 ? end->octets : "");
    return true;
}

int sweep_check(const struct sweep_check *c, size_t *config,
                struct conf_error *err)
{
    struct checks k = { .c = c, .err = err };
    const struct pool_config pool = {
        .jobs = c->jobs, .ctx = &k, .next = next, .work = work, .done = done
    };
    struct pool p;
    int error = pool_run(&p, &pool);

    *config = k.config;
    if (error != 0) {
        conf_fail(err, NULL, "a check: %s", strerror(error));
        return RUN_INTERNAL;
    }
    return p.signal != 0 ? RUN_SIGNAL + p.signal : k.result;
}
