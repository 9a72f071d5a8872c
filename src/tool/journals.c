/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Journals of simulated nodes; journals.h. */
#include "config.h"

#include "tool/journals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pptp/journal.h"
#include "tool/outfile.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define MAGIC_OCTETS 8 /* before the first record, see pptp/journal.h */

struct journal_file {
    struct journal_file *next;
    struct pptp_journal journal;
    FILE *file;
    int error; /* errno of the first write that failed */
    char name[300];
};

static void write_out(void *ctx, const uint8_t *octets, size_t len)
{
    struct journal_file *f = ctx;

    if (f->error == 0)
        fwrite(octets, 1, len, f->file);
    outfile_grows(f->file, &f->error);
}

/* Records: kind, three octets of length, body. */
static off_t whole_records(int fd, off_t octets)
{
    uint8_t head[4];
    off_t at = MAGIC_OCTETS;

    while (pread(fd, head, sizeof head, at) == (ssize_t)sizeof head) {
        off_t len = (off_t)head[1] << 16 | (off_t)head[2] << 8 | head[3];

        if (at + 4 + len > octets)
            break;
        at += 4 + len;
    }
    return at <= octets ? at : 0;
}

int journals_open(struct journals *j, const char *dir, struct sim_node *n,
                  const struct pptp_config *config,
                  const struct pptp_limits *limits, struct conf_error *err)
{
    struct pptp_journal_head head = { .config = *config,
                                      .limits = *limits,
                                      .seed = n->seed };
    struct journal_file *f = calloc(1, sizeof *f);

    if (f == NULL)
        return conf_fail(err, NULL, "no memory for a journal");
    snprintf(f->name, sizeof f->name, "%s.journal", n->name);
    f->file = outfile_grow(dir, f->name, true, err);
    if (f->file == NULL) {
        free(f);
        return -1;
    }
    snprintf(head.note, sizeof head.note, "dialtone %s: %.40s",
             PACKAGE_VERSION, n->name);
    if (pptp_journal_start(&f->journal, &head, &n->world->net.pool, write_out,
                           f) < 0) {
        conf_fail(err, NULL, "%.200s: its peer cannot be written down",
                  f->name);
        fclose(f->file);
        free(f);
        return -1;
    }
    n->nas.node.journal = &f->journal;
    f->next = j->first;
    j->first = f;
    return 0;
}

int journals_close(struct journals *j, const char *dir, struct conf_error *err)
{
    struct journal_file *f, *next;
    int result = 0;

    for (f = j->first; f != NULL; f = next) {
        next = f->next;
        pptp_journal_end(&f->journal);
        errno = outfile_end(f->file, f->error, whole_records);
        if (errno != 0)
            result = outfile_not_in_full(dir, f->name, err);
        free(f);
    }
    j->first = NULL;
    return result;
}
