/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Journals of simulated nodes; journals.h. */
#include "config.h"

#include "tool/journals.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pptp/journal.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

struct journal_file {
    struct journal_file *next;
    struct pptp_journal journal;
    FILE *file;
};

static void write_out(void *ctx, const uint8_t *octets, size_t len)
{
    fwrite(octets, 1, len, ctx); /* its errors come with fclose */
}

/* Readable by its owner only from its first moment on. */
static FILE *create_secret(const char *dir, const char *name)
{
    char path[4096];
    int fd;

    if ((size_t)snprintf(path, sizeof path, "%s/%s.journal", dir, name) >=
        sizeof path)
        return NULL;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0 && fchmod(fd, 0600) != 0) {
        close(fd);
        return NULL;
    }
    return fd < 0 ? NULL : fdopen(fd, "wb");
}

int journals_open(struct journals *j, const char *dir, struct sim_node *n,
                  const struct pptp_config *config,
                  const struct pptp_limits *limits)
{
    struct pptp_journal_head head = { .config = *config,
                                      .limits = *limits,
                                      .seed = n->seed };
    struct journal_file *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    f->file = create_secret(dir, n->name);
    if (f->file == NULL) {
        free(f);
        return -1;
    }
    snprintf(head.note, sizeof head.note, "dialtone %s: %.40s",
             PACKAGE_VERSION, n->name);
    if (pptp_journal_start(&f->journal, &head, &n->world->net.pool, write_out,
                           f->file) < 0) {
        fclose(f->file);
        free(f);
        return -1;
    }
    n->node.journal = &f->journal;
    f->next = j->first;
    j->first = f;
    return 0;
}

int journals_close(struct journals *j)
{
    struct journal_file *f, *next;
    int result = 0;

    for (f = j->first; f != NULL; f = next) {
        next = f->next;
        pptp_journal_end(&f->journal);
        if (ferror(f->file))
            result = -1;
        if (fclose(f->file) != 0)
            result = -1;
        free(f);
    }
    j->first = NULL;
    return result;
}
