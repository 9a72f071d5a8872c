/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points through a pipe; see outcome.h. */
#include "config.h"

#include "lab/outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Both ends are one program: no byte order, no versions. */
struct head {
    uint64_t octets; /* of all that follows */
    uint64_t n;
    struct outcome o;
};

void outcome_add(struct outcome *o, const char *name, double x)
{
    struct outcome_metric *more;

    /* room doubles whenever it is used up */
    if ((o->n & (o->n - 1)) == 0) {
        more = realloc(o->metrics, (o->n * 2 + 1) * sizeof *more);
        if (more == NULL) {
            o->no_memory = true;
            return;
        }
        o->metrics = more;
    }
    o->metrics[o->n] = (struct outcome_metric){ strdup(name), x };
    o->no_memory = o->no_memory || o->metrics[o->n].name == NULL;
    o->n += o->metrics[o->n].name != NULL ? 1 : 0;
}

static int write_all(int fd, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno != EINTR)
            return errno;
        p += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* Names with their NUL behind the number. */
int outcome_write(const struct outcome *o, int fd)
{
    struct head head = { .n = o->n, .o = *o };
    char *all, *p;
    int result;

    for (size_t i = 0; i < o->n; i++)
        head.octets += sizeof(double) + strlen(o->metrics[i].name) + 1;
    all = malloc(sizeof head + head.octets);
    if (all == NULL)
        return ENOMEM;
    memcpy(all, &head, sizeof head);
    p = all + sizeof head;
    for (size_t i = 0; i < o->n; i++) {
        memcpy(p, &o->metrics[i].x, sizeof(double));
        p = stpcpy(p + sizeof(double), o->metrics[i].name) + 1;
    }
    result = write_all(fd, all, (size_t)(p - all));
    free(all);
    return result;
}

bool outcome_read(struct outcome *o, const void *octets, size_t len)
{
    struct head head;
    const char *p = octets;

    *o = (struct outcome){ .n = 0 };
    if (len < sizeof head)
        return false;
    memcpy(&head, p, sizeof head);
    p += sizeof head;
    if (len != sizeof head + head.octets)
        return false;
    *o = head.o;
    o->n = 0;
    o->metrics = NULL;
    for (uint64_t i = 0; i < head.n && !o->no_memory; i++) {
        double x;

        memcpy(&x, p, sizeof x);
        outcome_add(o, p + sizeof x, x);
        p += sizeof x + strlen(p + sizeof x) + 1;
    }
    if (!o->no_memory)
        return true;
    outcome_free(o);
    return false;
}

void outcome_free(struct outcome *o)
{
    for (size_t i = 0; i < o->n; i++)
        free(o->metrics[i].name);
    free(o->metrics);
    *o = (struct outcome){ .n = 0 };
}
