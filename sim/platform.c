/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SimGrid platform by index; platform.h. */
#include "config.h"

#include "sim/platform.h"

#include <errno.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xbt/dynar.h>

#include "pptp/base.h"

enum { SAID_OCTETS = 4096 };

static bool started; /* SimGrid's own state is global, so this may be */

/* ---- what SimGrid would not tell ---- */

bool sim_platform_text_has_profiles(const char *text, size_t octets)
{
    static const char *const words[] = {
        "bandwidth_file", "latency_file",      "state_file", "speed_file",
        "_profile",       "availability_file", "<trace",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (memmem(text, octets, words[i], strlen(words[i])))
            return true;
    return false;
}

/* Whether `word` occurs in text before the next '>'. */
static bool in_tag(const char *text, size_t octets, const char *word)
{
    const char *end = memchr(text, '>', octets);
    size_t n = end ? (size_t)(end - text) : octets;

    return memmem(text, n, word, strlen(word)) != NULL;
}

bool sim_platform_text_has_link_state(const char *text, size_t octets)
{
    static const char *const tags[][2] = {
        { "<link ", "state_file" },
        { "<link\n", "state_file" },
        { "<link\t", "state_file" },
        { "<trace_connect", "LINK_AVAIL" },
    };
    const char *t, *end = text + octets;

    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        for (t = text; (t = memmem(t, (size_t)(end - t), tags[i][0],
                                   strlen(tags[i][0]))) != NULL;
             t++)
            if (in_tag(t, (size_t)(end - t), tags[i][1]))
                return true;
    return false;
}

/* Reads the file and looks for profiles: whether there are any, or a negative
 * error with a line in err. */
static int find_profiles(const char *path, char *err, size_t err_octets)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t octets = 0;
    ssize_t n = f ? getdelim(&text, &octets, '\0', f) : -1;
    int found = PPTP_ERR_ARGUMENT;

    if (n < 0 && f && feof(f)) /* empty: SimGrid has a word for that */
        found = 0;
    else if (n < 0)
        snprintf(err, err_octets, "%s: cannot be read", path);
    else if (sim_platform_text_has_link_state(text, (size_t)n))
        snprintf(err, err_octets,
                 "%s: the state of a link cannot change "
                 "(state_file): use bandwidth_file, with 0 for down",
                 path);
    else
        found = sim_platform_text_has_profiles(text, (size_t)n);
    free(text);
    if (f)
        fclose(f);
    return found;
}

/* ---- starting SimGrid ---- */

static void start(const char *path)
{
    static char name[] = "dialtone", model[] = "--cfg=network/model:CM02",
                level[] = "--log=root.thresh:error",
                format[] = "--log=root.fmt:%m%n";
    char *argv[] = { name, model, level, format, NULL };
    int argc = 4;

    started = true;
    simgrid_init(&argc, argv);
    simgrid_load_platform(path);
}

static _Noreturn void child(const char *path, int fd)
{
    struct rlimit none = { 0, 0 };

    (void)setrlimit(RLIMIT_CORE, &none); /* an abort is expected here */
    if (dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(1);
    start(path);
    _exit(0);
}

/* All that the child says, as text; what does not fit is read and dropped. */
static void hear(int fd, char *said, size_t octets)
{
    char more[512];
    size_t have = 0, keep;
    ssize_t n;

    while ((n = read(fd, more, sizeof(more))) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        keep = n > 0 ? (size_t)n : 0;
        if (keep > octets - 1 - have)
            keep = octets - 1 - have;
        memcpy(said + have, more, keep);
        have += keep;
    }
    said[have] = '\0';
}

/* SimGrid's message as one line "file: what". */
static void rewrite(const char *path, char *said, char *err, size_t octets)
{
    static const char parse[] = "Parse error at ";
    static const char *const cut[] = { "\n", ". Existing netpoints" };
    char *found = strstr(said, parse), *end;
    const char *what;
    const char *colon;

    if (found) {
        found += sizeof(parse) - 1;
    } else {
        found = said;
        if (strstr(said, "exception ") && strstr(said, ": "))
            found = strstr(said, ": ") + 2;
    }
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        end = strstr(found, cut[i]);
        if (end)
            *end = '\0';
    }
    what = *found ? found : "SimGrid refuses it and does not say why";
    colon = strncmp(what, path, strlen(path)) == 0 ? what + strlen(path) : "";
    if (*colon == ':') /* it names the file and the line already */
        snprintf(err, octets, "%s", what);
    else
        snprintf(err, octets, "%s: %s", path, what);
}

int sim_platform_check(const char *path, char *err, size_t err_octets)
{
    char said[SAID_OCTETS];
    int fds[2], status = 0;
    pid_t pid, got;

    if (access(path, R_OK) != 0) {
        snprintf(err, err_octets, "%s: %s", path, strerror(errno));
        return PPTP_ERR_ARGUMENT;
    }
    if (started) {
        snprintf(err, err_octets, "%s: SimGrid is running already", path);
        return PPTP_ERR_STATE;
    }
    if (find_profiles(path, err, err_octets) < 0)
        return PPTP_ERR_ARGUMENT;
    if (pipe(fds) != 0 || (pid = fork()) < 0) {
        snprintf(err, err_octets, "%s: cannot be tried: %s", path,
                 strerror(errno));
        return PPTP_ERR_RESOURCE;
    }
    if (pid == 0) {
        close(fds[0]);
        child(path, fds[1]);
    }
    close(fds[1]);
    hear(fds[0], said, sizeof(said));
    close(fds[0]);
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    rewrite(path, said, err, err_octets);
    return PPTP_ERR_ARGUMENT;
}

/* ---- tables ---- */

static int host_order(const void *a, const void *b)
{
    const struct sim_host *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int link_order(const void *a, const void *b)
{
    const struct sim_link *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void refresh(struct sim_platform *p)
{
    for (uint32_t i = 0; i < p->link_count; i++) {
        p->links[i].rate_octets = sg_link_get_bandwidth(p->links[i].sg);
        p->links[i].latency_s = sg_link_get_latency(p->links[i].sg);
    }
    for (uint32_t i = 0; i < p->host_count; i++)
        p->hosts[i].speed_flops = sg_host_get_available_speed(p->hosts[i].sg) *
                                  sg_host_get_speed(p->hosts[i].sg);
}

/* Fills the tables, sorted by name: SimGrid's own order is a hash table's. */
static int tabulate(struct sim_platform *p)
{
    size_t hosts = sg_host_count(), links = sg_link_count();
    sg_host_t *host = sg_host_list();
    sg_link_t *link = sg_link_list();
    int err = PPTP_ERR_RESOURCE;

    p->hosts = calloc(hosts + 1, sizeof(*p->hosts));
    p->links = calloc(links + 1, sizeof(*p->links));
    if (p->hosts && p->links && hosts < INT32_MAX && links < INT32_MAX) {
        for (size_t i = 0; i < hosts; i++)
            p->hosts[i] = (struct sim_host){
                .name = sg_host_get_name(host[i]),
                .ip = sg_host_get_property_value(host[i], "ip"),
                .sg = host[i],
            };
        for (size_t i = 0; i < links; i++)
            p->links[i] = (struct sim_link){
                .name = sg_link_get_name(link[i]),
                .fatpipe = !sg_link_is_shared(link[i]),
                .sg = link[i],
            };
        p->host_count = (uint32_t)hosts;
        p->link_count = (uint32_t)links;
        qsort(p->hosts, hosts, sizeof(*p->hosts), host_order);
        qsort(p->links, links, sizeof(*p->links), link_order);
        refresh(p);
        err = 0;
    }
    free(host);
    free(link);
    return err;
}

/* SimGrid takes any number. */
static int check_links(const struct sim_platform *p, const char *path,
                       char *err, size_t err_octets)
{
    for (uint32_t i = 0; i < p->link_count; i++) {
        const struct sim_link *l = &p->links[i];

        if (!(l->latency_s >= 0) || l->latency_s > 86400) {
            snprintf(err, err_octets,
                     "%s: link '%s': latency %g s; allowed: 0 to a day", path,
                     l->name, l->latency_s);
            return PPTP_ERR_ARGUMENT;
        }
        if (!(l->rate_octets > 0) && !p->has_profiles) {
            snprintf(err, err_octets,
                     "%s: link '%s': bandwidth %g octets/s carries nothing",
                     path, l->name, l->rate_octets);
            return PPTP_ERR_ARGUMENT;
        }
    }
    return PPTP_OK;
}

int sim_platform_load(struct sim_platform *p, const char *path, char *err,
                      size_t err_octets)
{
    int found, result;

    if (started) { /* *p may be the one that runs: it stays as it is */
        snprintf(err, err_octets, "%s: SimGrid is running already", path);
        return PPTP_ERR_STATE;
    }
    *p = (struct sim_platform){ 0 };
    found = find_profiles(path, err, err_octets);
    if (found < 0)
        return found;
    start(path);
    p->has_profiles = found > 0;
    result = tabulate(p);
    if (result)
        snprintf(err, err_octets, "%s: no memory for it", path);
    else
        result = check_links(p, path, err, err_octets);
    if (result)
        sim_platform_fini(p);
    return result;
}

void sim_platform_fini(struct sim_platform *p)
{
    free(p->hosts);
    free(p->links);
    *p = (struct sim_platform){ 0 };
}

int32_t sim_platform_host(const struct sim_platform *p, const char *name)
{
    struct sim_host key = { .name = name }, *h;

    h = bsearch(&key, p->hosts, p->host_count, sizeof(key), host_order);
    return h ? (int32_t)(h - p->hosts) : -1;
}

int32_t sim_platform_link(const struct sim_platform *p, const char *name)
{
    struct sim_link key = { .name = name }, *l;

    l = bsearch(&key, p->links, p->link_count, sizeof(key), link_order);
    return l ? (int32_t)(l - p->links) : -1;
}

int sim_platform_route(const struct sim_platform *p, uint32_t src,
                       uint32_t dst, uint32_t *links, uint32_t max)
{
    xbt_dynar_t route = xbt_dynar_new(sizeof(sg_link_t), NULL);
    unsigned long n;
    int result;

    PPTP_ASSERT(src < p->host_count && dst < p->host_count);
    sg_host_get_route(p->hosts[src].sg, p->hosts[dst].sg, route);
    n = xbt_dynar_length(route);
    result = n > max ? PPTP_ERR_RESOURCE : (int)n;
    if (n == 0 && src != dst) /* SimGrid says nothing: we do */
        result = PPTP_ERR_UNKNOWN;
    for (int i = 0; i < result; i++) {
        sg_link_t l = *(sg_link_t *)xbt_dynar_get_ptr(route, (unsigned long)i);

        links[i] = (uint32_t)sim_platform_link(p, sg_link_get_name(l));
        PPTP_ASSERT(links[i] < p->link_count);
    }
    xbt_dynar_free_container(&route);
    return result;
}

void sim_platform_advance(struct sim_platform *p, uint64_t now_ns)
{
    simgrid_run_until((double)now_ns / 1e9);
    refresh(p);
}
