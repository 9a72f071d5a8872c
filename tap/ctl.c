/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over a UNIX socket; ctl.h. */
#include "config.h"

#include "tap/ctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const struct probe tap_ctl_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct tap_ctl_stats, name, unit, help),
    TAP_CTL_STATS(X)
#undef X
        PROBE_END
};

enum {
    ACCEPTS = 16,
    PASSED_MAX = 8,
    CTL_LOCK_TRIES = 20,
    CTL_LOCK_PAUSE_US = 10000
};

static void on_listener(struct tap_source *s, uint32_t events);
static void on_client(struct tap_source *s, uint32_t events);

/* --- the socket --------------------------------------------------------- */

static int fail(char *why, size_t cap, const char *path, const char *what,
                const char *cure)
{
    snprintf(why, cap, "control socket %s: %s%s", path, what, cure);
    return -1;
}

/* The folder in which the socket shall be, if its parent is there. */
static void make_folder(const char *path)
{
    char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
    const char *slash = strrchr(path, '/');

    if (slash == NULL || slash == path)
        return;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    /* what stands in the way is told when the socket is bound */
    if (mkdir(folder, 0755) < 0)
        return;
}

static int try_bind(int fd, const struct sockaddr_un *here)
{
    mode_t mask = umask(0177); /* nobody else, from the first moment */
    int result = bind(fd, (const struct sockaddr *)(const void *)here,
                      sizeof *here);
    int saved = errno;

    umask(mask);
    errno = saved;
    return result;
}

/* Whether there is a socket that nobody serves: it is taken away. */
static bool remove_stale(const struct sockaddr_un *here)
{
    struct stat st;
    int fd, err = 0;

    if (lstat(here->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    if (connect(fd, (const struct sockaddr *)(const void *)here,
                sizeof *here) < 0)
        err = errno;
    close(fd);
    return err == ECONNREFUSED && unlink(here->sun_path) == 0;
}

/* Of two daemons that start at a time one waits for the other: its socket is
 * served by nobody until it listens. The lock's descriptor, or -1: there is
 * none, and we go on. */
static int lock_folder(const char *path)
{
    char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
    const char *slash = strrchr(path, '/');
    int fd, i;

    snprintf(folder, sizeof folder, "%.*s",
             slash == NULL || slash == path ? 1 : (int)(slash - path),
             slash == NULL ? "." : path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* anybody may lock a folder that he can read: not for long */
    for (i = 0; fd >= 0 && i < CTL_LOCK_TRIES; i++)
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || usleep(CTL_LOCK_PAUSE_US) < 0)
            break;
    return fd;
}

/* Whether a file is one of those that are left behind: "-PID.sock" after the
 * n octets of our own name. */
static bool is_sibling(const char *file, const char *name, size_t n)
{
    size_t digits;

    if (strncmp(file, name, n) != 0 || file[n] != '-')
        return false;
    digits = strspn(file + n + 1, "0123456789");
    return digits > 0 && strcmp(file + n + 1 + digits, ".sock") == 0;
}

void tap_ctl_tidy(const char *path)
{
    struct sockaddr_un there = { .sun_family = AF_UNIX };
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t folder_n = (size_t)(name - path), n = strlen(name);
    char folder[sizeof there.sun_path];
    struct dirent *e;
    int lock;
    DIR *d;

    if (n < 5 || folder_n == 0 || folder_n >= sizeof folder)
        return;
    snprintf(folder, sizeof folder, "%.*s", (int)folder_n, path);
    lock = lock_folder(path);
    d = opendir(folder);
    while (d != NULL && (e = readdir(d)) != NULL)
        if (is_sibling(e->d_name, name, n - 5) &&
            folder_n + strlen(e->d_name) < sizeof there.sun_path) {
            snprintf(there.sun_path, sizeof there.sun_path, "%.*s%.*s",
                     (int)folder_n, path,
                     (int)(sizeof there.sun_path - folder_n - 1), e->d_name);
            (void)remove_stale(&there);
        }
    if (d != NULL)
        closedir(d);
    if (lock >= 0)
        close(lock);
}

/* Binds and listens; 0, or -1 with errno. */
static int take_path(int fd, const struct sockaddr_un *here)
{
    int lock = lock_folder(here->sun_path), result, saved;

    result = try_bind(fd, here);
    if (result < 0 && errno == EADDRINUSE && remove_stale(here))
        result = try_bind(fd, here);
    if (result == 0)
        result = listen(fd, TAP_CTL_BACKLOG);
    saved = errno;
    if (lock >= 0)
        close(lock);
    errno = saved;
    return result;
}

static int bind_socket(int fd, const char *path, char *why, size_t cap)
{
    struct sockaddr_un here = { .sun_family = AF_UNIX };
    struct stat st;
    int err;

    if (strlen(path) >= sizeof here.sun_path)
        return fail(why, cap, path, "path too long",
                    "; cure: one of at most 107 octets");
    memcpy(here.sun_path, path, strlen(path) + 1);
    make_folder(path);
    if (take_path(fd, &here) == 0)
        return 0;
    err = errno;
    if (lstat(path, &st) < 0)
        return fail(why, cap, path, strerror(err),
                    "; cure: make its folder, or set another path");
    if (S_ISSOCK(st.st_mode))
        return fail(why, cap, path, "a daemon serves there",
                    "; cure: stop it, or another path for this one: "
                    "`control: socket`, or `dialtone call --socket`");
    return fail(why, cap, path, "something else is there",
                "; cure: remove it, or set another path");
}

static int set_group(const char *path, const char *group, char *why,
                     size_t cap)
{
    struct group *g;

    if (group == NULL)
        return 0;
    g = getgrnam(group);
    if (g == NULL)
        return fail(why, cap, path, "no such group: ", group);
    if (chown(path, (uid_t)-1, g->gr_gid) == 0 && chmod(path, 0660) == 0)
        return 0;
    return fail(why, cap, path,
                "it cannot be given to the group: ", strerror(errno));
}

int tap_ctl_open(struct tap_ctl *c, const char *path, const char *group,
                 char *why, size_t cap)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unsigned i;

    for (i = 0; i < TAP_CTL_CLIENTS; i++)
        c->client[i] = (struct tap_ctl_client){ .ctl = c, .passed = -1 };
    c->source = (struct tap_source){ .fd = -1, .ready = on_listener };
    c->stats = (struct tap_ctl_stats){ 0 };
    if (fd < 0)
        return fail(why, cap, path, strerror(errno), "");
    if (bind_socket(fd, path, why, cap) < 0) {
        close(fd);
        return -1;
    }
    c->source.fd = fd;
    if (set_group(path, group, why, cap) == 0) {
        if (tap_loop_add(c->loop, &c->source, EPOLLIN) == 0)
            return 0;
        fail(why, cap, path, strerror(errno), "");
    }
    unlink(path);
    close(fd);
    c->source.fd = -1;
    return -1;
}

/* --- clients ------------------------------------------------------------ */

static void close_passed(struct tap_ctl_client *c)
{
    if (c->passed >= 0)
        close(c->passed);
    c->passed = -1;
}

static void release(struct tap_ctl_client *c)
{
    tap_loop_remove(c->ctl->loop, &c->source);
    close(c->source.fd);
    close_passed(c);
    free(c->in);
    free(c->out);
    *c = (struct tap_ctl_client){ .ctl = c->ctl, .passed = -1 };
}

void tap_ctl_close(struct tap_ctl *c, const char *path)
{
    unsigned i;

    if (c->source.fd < 0)
        return;
    for (i = 0; i < TAP_CTL_CLIENTS; i++)
        if (c->client[i].used)
            release(&c->client[i]);
    tap_loop_remove(c->loop, &c->source);
    close(c->source.fd);
    c->source.fd = -1;
    /* not after privileges are dropped: the next daemon replaces it then */
    if (path != NULL && unlink(path) < 0)
        return;
}

/* A free place, or that of the client that has been silent longest. */
static struct tap_ctl_client *take_place(struct tap_ctl *c, pptp_ns now)
{
    struct tap_ctl_client *oldest = &c->client[0];
    unsigned i;

    for (i = 0; i < TAP_CTL_CLIENTS; i++) {
        if (!c->client[i].used)
            return &c->client[i];
        if (c->client[i].moved_ns < oldest->moved_ns)
            oldest = &c->client[i];
    }
    if (oldest->moved_ns + TAP_CTL_SILENT_NS > now)
        return NULL;
    c->stats.made_room++;
    release(oldest);
    return oldest;
}

static void refuse(struct tap_ctl *c, int fd)
{
    c->stats.refused++;
    if (c->busy != NULL)
        (void)!send(fd, c->busy, strlen(c->busy), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

static void take(struct tap_ctl *c, int fd)
{
    pptp_ns now = tap_now();
    struct tap_ctl_client *n = take_place(c, now);
    struct ucred who = { .pid = 0, .uid = (uid_t)-1 };
    socklen_t len = sizeof who;

    if (n == NULL) {
        refuse(c, fd);
        return;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
        who = (struct ucred){ .pid = 0, .uid = (uid_t)-1 };
    *n = (struct tap_ctl_client){
        .source = { .fd = fd, .ready = on_client },
        .ctl = c,
        .used = true,
        .passed = -1,
        .pid = who.pid,
        .uid = who.uid,
        .moved_ns = now,
    };
    if (tap_loop_add(c->loop, &n->source, EPOLLIN) < 0) {
        *n = (struct tap_ctl_client){ .ctl = c, .passed = -1 };
        refuse(c, fd);
        return;
    }
    c->stats.clients++;
}

static void on_listener(struct tap_source *s, uint32_t events)
{
    struct tap_ctl *c = (struct tap_ctl *)(void *)s;
    int i;

    (void)events;
    for (i = 0; i < ACCEPTS; i++) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0)
            return;
        take(c, fd);
    }
}

/* --- answers ------------------------------------------------------------ */

/* What is next: to write, which is also the turn for a request that is here
 * already, or to read. */
static void want(struct tap_ctl_client *c)
{
    if (c->in != NULL && c->in_n == 0) { /* none between requests */
        free(c->in);
        c->in = NULL;
    }
    tap_loop_change(c->ctl->loop, &c->source,
                    c->out != NULL || c->line_n > 0 ? EPOLLOUT : EPOLLIN);
}

/* False: the client is gone. */
static bool flush(struct tap_ctl_client *c)
{
    while (c->out != NULL) {
        ssize_t n = send(c->source.fd, c->out + c->out_at,
                         c->out_n - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0) {
            release(c);
            return false;
        }
        c->moved_ns = tap_now();
        c->out_at += (size_t)n;
        if (c->out_at == c->out_n) {
            free(c->out);
            c->out = NULL;
        }
    }
    if (!c->ends)
        return true;
    release(c);
    return false;
}

/* The text is c's from here; a newline takes the place of its 0. False: the
 * client is gone. */
static bool say(struct tap_ctl_client *c, char *text)
{
    if (text == NULL) {
        c->ctl->stats.no_memory++;
        release(c);
        return false;
    }
    c->out = text;
    c->out_at = 0;
    c->out_n = strlen(text) + 1;
    text[c->out_n - 1] = '\n';
    return flush(c);
}

/* Looks for the first whole line in what has not been looked at. */
static void find_line(struct tap_ctl_client *c)
{
    const char *end = memchr(c->in + c->seen_n, '\n', c->in_n - c->seen_n);

    c->line_n = end == NULL ? 0 : (size_t)(end - c->in) + 1;
    c->seen_n = c->in_n;
}

/* One request a turn: others of the loop come in between. False: the client
 * is gone. */
static bool answer_line(struct tap_ctl_client *c)
{
    size_t n = c->line_n;
    char *text;

    c->in[n - 1] = '\0';
    text = c->ctl->answer(c->ctl->owner, c, c->in, n - 1);
    close_passed(c); /* it came for this line */
    c->in_n -= n;
    memmove(c->in, c->in + n, c->in_n);
    c->seen_n = 0;
    find_line(c);
    return say(c, text);
}

static bool too_long(struct tap_ctl_client *c)
{
    static const char text[] =
        "{\"error\":{\"code\":\"long\",\"message\":\"a request has at most "
        "65535 octets\"}}";

    c->ctl->stats.too_long++;
    c->ends = true;
    c->in_n = c->seen_n = 0;
    return say(c, strdup(text));
}

/* --- requests ----------------------------------------------------------- */

/* The last one stays; each of the others is closed. */
static void take_passed(struct tap_ctl_client *c, struct msghdr *m)
{
    struct cmsghdr *h;

    for (h = CMSG_FIRSTHDR(m); h != NULL; h = CMSG_NXTHDR(m, h)) {
        size_t i, n;

        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (i = 0; i < n; i++) {
            close_passed(c);
            memcpy(&c->passed, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
        }
    }
}

/* Octets read; 0: the end or an error; -1: nothing now. */
static ssize_t receive(struct tap_ctl_client *c)
{
    union {
        struct cmsghdr align;
        uint8_t octets[CMSG_SPACE(PASSED_MAX * sizeof(int))];
    } control;
    struct iovec iov = { .iov_base = c->in + c->in_n,
                         .iov_len = TAP_CTL_LINE - c->in_n };
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = &control,
                        .msg_controllen = sizeof control };
    ssize_t n = recvmsg(c->source.fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    take_passed(c, &m);
    return n;
}

/* False: the client is gone. */
static bool read_some(struct tap_ctl_client *c)
{
    ssize_t n;

    if (c->in == NULL)
        c->in = malloc(TAP_CTL_LINE);
    if (c->in == NULL)
        return say(c, NULL);
    n = receive(c);
    if (n < 0)
        return true;
    if (n == 0) {
        release(c);
        return false;
    }
    c->moved_ns = tap_now();
    c->in_n += (size_t)n;
    find_line(c);
    return c->line_n > 0 || c->in_n < TAP_CTL_LINE || too_long(c);
}

static void on_client(struct tap_source *s, uint32_t events)
{
    struct tap_ctl_client *c = (struct tap_ctl_client *)(void *)s;
    bool here = true;

    (void)events;
    if (c->out != NULL)
        here = flush(c);
    else if (c->line_n == 0)
        here = read_some(c);
    if (here && c->out == NULL && c->line_n > 0)
        here = answer_line(c);
    if (here)
        want(c);
}

/* --- time --------------------------------------------------------------- */

pptp_ns tap_ctl_deadline(const struct tap_ctl *c)
{
    pptp_ns next = PPTP_NEVER;
    unsigned i;

    for (i = 0; i < TAP_CTL_CLIENTS; i++) {
        const struct tap_ctl_client *k = &c->client[i];

        if (k->used && k->out != NULL && k->moved_ns + TAP_CTL_STUCK_NS < next)
            next = k->moved_ns + TAP_CTL_STUCK_NS;
    }
    return next;
}

void tap_ctl_advance(struct tap_ctl *c, pptp_ns now)
{
    unsigned i;

    for (i = 0; i < TAP_CTL_CLIENTS; i++) {
        struct tap_ctl_client *k = &c->client[i];

        if (!k->used || k->out == NULL || k->moved_ns + TAP_CTL_STUCK_NS > now)
            continue;
        c->stats.stuck++;
        release(k);
    }
}
