/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every kind of queue.def offers to queue.c, and what it is made of.
 *
 * All that waits stands in one array of nodes that doubles when it is full:
 * 32 octets a packet, at most twice that.  Lists of it are linked by index.
 */
#ifndef MODELS_QUEUE_PARTS_H
#define MODELS_QUEUE_PARTS_H

#include "base/rng.h"
#include "models/queue.h"

#define QUEUE_NONE UINT32_MAX

struct queue_node {
    struct queue_item item;
    uint32_t next; /* in its list, or among the free */
    enum queue_why why;
};

/* First in, first out. */
struct queue_list {
    uint32_t head, tail; /* QUEUE_NONE: empty; then tail is nothing */
};

struct queue_ops {
    const char *name;
    size_t size; /* of what begins with a struct queue */
    void (*fill)(struct queue_config *c);
    const char *(*check)(const struct queue_config *c);
    bool (*init)(struct queue *q);
    void (*fini)(struct queue *q);
    /* *i is its own copy, and q has a free node */
    void (*put)(struct queue *q, struct queue_item *i);
    bool (*take)(struct queue *q, pptp_ns now, struct queue_item *out);
};

#define X(name, kind, help) extern const struct queue_ops queue_ops_##name;
#include "models/queue.def"
#undef X

struct queue {
    const struct queue_ops *ops;
    struct queue_config c;
    struct rng rng;
    struct queue_node *node;
    uint32_t n_nodes, n_free, free;
    uint32_t packets; /* waiting, in all lists */
    uint64_t octets;
    uint64_t octets_apart; /* of these, what CoDel's floor does not count */
    struct queue_list dropped;
};

/* Whether there is a node for one more; the last free one is for what finds
 * none, and is dropped. */
bool queue_has_room(struct queue *q);
void queue_list_init(struct queue_list *l);
/* A packet waits, last of `l`. */
void queue_append(struct queue *q, struct queue_list *l,
                  const struct queue_item *i);
/* The first of `l` waits no more; false: there is none. */
bool queue_remove(struct queue *q, struct queue_list *l,
                  struct queue_item *out);
/* What does not wait, or no more, is dropped. */
void queue_drop(struct queue *q, const struct queue_item *i,
                enum queue_why why);
/* In place of a drop, where that may be. */
bool queue_mark(const struct queue *q, struct queue_item *i);
/* Whether a packet more is beyond a limit. */
bool queue_is_full(const struct queue *q, const struct queue_item *i);

/* Of one list: what RFC 8289 (5.3) remembers, for queue_codel.c and those
 * that have many. */
struct codel {
    pptp_ns first_above_ns; /* 0: below the target */
    pptp_ns drop_next_ns;
    uint32_t count, last_count; /* drops since it began to drop; then */
    bool dropping;
};

/* As queue_take, of a list. */
bool codel_take(struct queue *q, struct queue_list *l, struct codel *s,
                pptp_ns now, struct queue_item *out);
void codel_fill(struct queue_config *c);
const char *codel_check(const struct queue_config *c);

/* What RFC 8033 remembers. */
struct pie {
    double probability;
    double sum;               /* of it, since the last drop (5.4) */
    pptp_ns delay_ns, old_ns; /* now; when it was last corrected */
    pptp_ns burst_ns;         /* left of the allowance (4.4) */
    pptp_ns due_ns;           /* the next correction */
};

void pie_init(struct pie *s, const struct queue_config *c);
/* All corrections that are due until now, as if each had come in its time. */
void pie_advance(struct pie *s, const struct queue_config *c, pptp_ns now);
/* Whether the packet that comes is to be dropped or marked (4.1). */
bool pie_hits(struct pie *s, const struct queue_config *c, uint64_t waiting,
              struct rng *r);

/* What RED's figure 2 remembers. */
struct red {
    double average; /* packets waiting */
    int64_t count;  /* since the last hit; -1: below the first threshold */
    bool idle;      /* nothing is sent, since idle_ns */
    pptp_ns idle_ns;
};

enum red_verdict {
    RED_PASS,
    RED_HIT, /* drop or mark */
    RED_DROP
};

void red_init(struct red *s);
/* A packet comes that finds so many waiting. */
void red_average(struct red *s, const struct queue_config *c, uint32_t waiting,
                 pptp_ns now);
enum red_verdict red_judge(struct red *s, const struct queue_config *c,
                           struct rng *r);

#endif
