/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of a run, in a file; events.h. */
#include "config.h"

#include "tool/events.h"

#include <errno.h>
#include <string.h>

#include "nas/event_text.h"
#include "tool/outfile.h"

#define EVENTS_FILE "events.jsonl"

static void take(void *ctx, const char *name, const struct nas_event *e)
{
    struct events *t = ctx;
    char line[NAS_EVENT_TEXT + 1];
    size_t n;

    if (t->error != 0)
        return;
    n = nas_event_text(e, t->w->cal.now, name, line, NAS_EVENT_TEXT);
    line[n++] = '\n';
    fwrite(line, 1, n, t->file);
    outfile_grows(t->file, &t->error);
}

int events_open(struct events *t, const struct scenario *s,
                struct sim_world *w, const char *dir, struct conf_error *err)
{
    *t = (struct events){ .w = w };
    if (!s->events)
        return 0;
    t->file = outfile_grow(dir, EVENTS_FILE, false, err);
    if (t->file == NULL)
        return -1;
    w->event = take;
    w->event_ctx = t;
    return 0;
}

int events_close(struct events *t, const char *dir, struct conf_error *err)
{
    int result = 0;

    if (t->file != NULL) {
        errno = outfile_end(t->file, t->error, outfile_lines);
        if (errno != 0)
            result = outfile_not_in_full(dir, EVENTS_FILE, err);
    }
    memset(t, 0, sizeof *t);
    return result;
}
