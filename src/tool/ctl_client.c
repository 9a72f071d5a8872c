/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client of the control socket; ctl_client.h. */
#include "config.h"

#include "tool/ctl_client.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tool/ctl_table.h"

enum {
    ANSWER_MAX = 16 << 20, /* octets */
    ANSWER_FIRST = 16384,
    PATIENCE_S = 10,
    PAGE = 100 /* a millisecond of the daemon's time */
};

/* --- connecting --------------------------------------------------------- */

/* A connected socket, or -1 with errno. */
static int try_connect(const char *path)
{
    struct sockaddr_un there = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = PATIENCE_S };
    int fd, saved;

    if (strlen(path) >= sizeof there.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(there.sun_path, sizeof there.sun_path, "%s", path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ==
            0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) ==
            0 &&
        connect(fd, (struct sockaddr *)(void *)&there, sizeof there) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static int cannot_connect(struct ctl_client *k, const char *path, int err)
{
    const char *cure = "";

    if (err == ENOENT || err == ECONNREFUSED)
        cure = ": no daemon serves there; cure: start it, or name its "
               "socket by --socket";
    if (err == EACCES || err == EPERM)
        cure = "; cure: be root, or a member of the group that `control` "
               "names in the daemon's configuration";
    snprintf(k->why, sizeof k->why, "%s: %s%s", path, strerror(err), cure);
    return -1;
}

static bool is_socket_name(const char *name)
{
    size_t n = strlen(name);

    return n > 5 && strcmp(name + n - 5, ".sock") == 0;
}

/* What came of looking for daemons. */
struct search {
    int found;
    int err; /* of the last that could not be asked, or 0 */
    char err_path[108];
    char names[256];
};

static void search_one(struct ctl_client *k, struct search *s,
                       const char *name)
{
    char path[sizeof k->path];
    int fd, n = snprintf(path, sizeof path, CTL_FOLDER "/%s", name);
    size_t used = strlen(s->names);

    if (n < 0 || (size_t)n >= sizeof path)
        return;
    fd = try_connect(path);
    if (fd < 0) {
        if (errno != ECONNREFUSED) {
            s->err = errno;
            memcpy(s->err_path, path, sizeof path);
        }
        return;
    }
    snprintf(s->names + used, sizeof s->names - used, " %s", path);
    if (s->found++ == 0) {
        k->fd = fd;
        memcpy(k->path, path, sizeof path);
    } else {
        close(fd);
    }
}

/* The only one there is. */
static int connect_any(struct ctl_client *k)
{
    struct search s = { .found = 0 };
    DIR *folder = opendir(CTL_FOLDER);
    struct dirent *e;

    while (folder != NULL && (e = readdir(folder)) != NULL)
        if (is_socket_name(e->d_name))
            search_one(k, &s, e->d_name);
    if (folder != NULL)
        closedir(folder);
    if (s.found == 1)
        return 0;
    if (s.found == 0 && s.err != 0)
        return cannot_connect(k, s.err_path, s.err);
    if (s.found == 0) {
        snprintf(k->why, sizeof k->why,
                 "no daemon serves a socket in " CTL_FOLDER
                 "; cure: start one, or name its socket by --socket");
        return -1;
    }
    ctl_close(k);
    snprintf(k->why, sizeof k->why,
             "several daemons run; cure: --socket with one of%s", s.names);
    return -1;
}

int ctl_connect(struct ctl_client *k, const char *path)
{
    *k = (struct ctl_client){ .fd = -1 };
    if (path == NULL)
        path = getenv("DIALTONE_SOCKET");
    if (path == NULL || *path == '\0')
        return connect_any(k);
    k->fd = try_connect(path);
    if (k->fd < 0)
        return cannot_connect(k, path, errno);
    snprintf(k->path, sizeof k->path, "%s", path);
    return 0;
}

void ctl_close(struct ctl_client *k)
{
    if (k->fd >= 0)
        close(k->fd);
    k->fd = -1;
    free(k->in);
    k->in = NULL;
    k->in_n = k->in_cap = 0;
}

/* --- asking ------------------------------------------------------------- */

static int gone(struct ctl_client *k, const char *what)
{
    snprintf(k->why, sizeof k->why, "%s: %s", k->path, what);
    return -1;
}

static int send_all(struct ctl_client *k, const char *octets, size_t n,
                    int pass)
{
    union {
        struct cmsghdr align;
        uint8_t octets[CMSG_SPACE(sizeof(int))];
    } control = { .octets = { 0 } };

    while (n > 0) {
        struct iovec iov = { .iov_base = (void *)(uintptr_t)octets,
                             .iov_len = n };
        struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
        ssize_t sent;

        if (pass >= 0) {
            struct cmsghdr *h;

            m.msg_control = &control;
            m.msg_controllen = sizeof control;
            h = CMSG_FIRSTHDR(&m);
            h->cmsg_level = SOL_SOCKET;
            h->cmsg_type = SCM_RIGHTS;
            h->cmsg_len = CMSG_LEN(sizeof(int));
            memcpy(CMSG_DATA(h), &pass, sizeof pass);
        }
        sent = sendmsg(k->fd, &m, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return gone(k, "the daemon does not listen");
        /* what it said before it closed tells more */
        if (sent < 0)
            return errno == EPIPE || errno == ECONNRESET
                       ? 0
                       : gone(k, strerror(errno));
        pass = -1;
        octets += sent;
        n -= (size_t)sent;
    }
    return 0;
}

static int make_room(struct ctl_client *k)
{
    size_t cap = k->in_cap == 0 ? ANSWER_FIRST : k->in_cap * 2;
    char *in;

    if (k->in_n < k->in_cap)
        return 0;
    if (cap > ANSWER_MAX)
        return gone(k, "an answer of more than 16 MB");
    in = realloc(k->in, cap);
    if (in == NULL)
        return gone(k, "no memory");
    k->in = in;
    k->in_cap = cap;
    return 0;
}

/* One line, without its end; *line is in k->in. */
static int receive_line(struct ctl_client *k, size_t *line_n)
{
    size_t seen = 0;

    for (;;) {
        char *end = k->in_n > seen ? memchr(k->in + seen, '\n', k->in_n - seen)
                                   : NULL;
        ssize_t n;

        if (end != NULL) {
            *line_n = (size_t)(end - k->in);
            return 0;
        }
        seen = k->in_n;
        if (make_room(k) < 0)
            return -1;
        n = recv(k->fd, k->in + k->in_n, k->in_cap - k->in_n, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return gone(k, "the daemon does not answer; cure: look at its "
                           "log, or restart it");
        if (n <= 0)
            return gone(k, "the daemon closed the connection");
        k->in_n += (size_t)n;
    }
}

/* The result within an answer, or NULL and why. */
static json_t *result_of(struct ctl_client *k, json_t *answer)
{
    json_t *result = json_object_get(answer, "result");
    json_t *error = json_object_get(answer, "error");
    const char *message = json_string_value(json_object_get(error, "message"));

    if (result != NULL)
        return json_incref(result);
    snprintf(k->why, sizeof k->why, "%s",
             message != NULL ? message : "an answer that is none");
    return NULL;
}

json_t *ctl_ask(struct ctl_client *k, const char *method, json_t *params,
                int pass)
{
    json_t *request = json_pack("{s:I, s:s, s:o*}", "id", ++k->id, "method",
                                method, "params", params);
    char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
    size_t n = text == NULL ? 0 : strlen(text);
    json_t *answer, *result;

    json_decref(request);
    if (text == NULL) {
        gone(k, "this request cannot be written (is every text UTF-8?)");
        return NULL;
    }
    text[n] = '\n'; /* in the place of its 0 */
    if (send_all(k, text, n + 1, pass) < 0 || receive_line(k, &n) < 0) {
        free(text);
        return NULL;
    }
    free(text);
    answer = json_loadb(k->in, n, 0, NULL);
    k->in_n -= n + 1;
    memmove(k->in, k->in + n + 1, k->in_n);
    result = result_of(k, answer);
    json_decref(answer);
    return result;
}

json_t *ctl_ask_all(struct ctl_client *k, const char *method)
{
    json_t *list = json_array(), *next = json_integer(0);

    while (json_is_integer(next)) {
        json_t *page = ctl_ask(
            k, method, json_pack("{s:o, s:i}", "from", next, "count", PAGE),
            -1);

        if (page == NULL) {
            json_decref(list);
            return NULL;
        }
        json_array_extend(list, json_object_get(page, method));
        next = json_incref(json_object_get(page, "next"));
        json_decref(page);
    }
    json_decref(next);
    return json_pack("{s:o}", method, list);
}

int ctl_failed(const struct ctl_client *k)
{
    fputs("dialtone: ", stderr);
    ctl_print_safe(stderr, k->why);
    putc('\n', stderr);
    return CTL_REFUSED;
}
