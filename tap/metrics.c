/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over HTTP; metrics.h. */
#include "config.h"

#include "tap/metrics.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_MICROHTTPD
#include <microhttpd.h>
#endif

enum { TEXT_FIRST = 16384, LISTEN_QUEUE = 16 };

/* --- text --------------------------------------------------------------- */

static bool make_room(struct tap_text *t, size_t n)
{
    size_t room = t->room == 0 ? TEXT_FIRST : t->room;
    char *p;

    while (room - t->n <= n)
        room *= 2;
    if (room == t->room)
        return true;
    p = realloc(t->p, room);
    if (p == NULL) {
        t->failed = true;
        return false;
    }
    t->p = p;
    t->room = room;
    return true;
}

void tap_text_add(struct tap_text *t, const char *format, ...)
{
    va_list a;
    int n;

    va_start(a, format);
    n = vsnprintf(NULL, 0, format, a);
    va_end(a);
    if (n < 0 || t->failed || !make_room(t, (size_t)n))
        return;
    va_start(a, format);
    vsnprintf(t->p + t->n, t->room - t->n, format, a);
    va_end(a);
    t->n += (size_t)n;
}

/* A name of Prometheus: letters, digits and _. */
static void clean(char *to, size_t cap, const char *from)
{
    size_t i;

    for (i = 0; from[i] != '\0' && i + 1 < cap; i++) {
        char c = from[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9');

        to[i] = good ? c : '_';
    }
    to[i] = '\0';
}

/* A HELP line ends at a newline, and \ begins an escape. */
static void clean_help(char *to, size_t cap, const char *from)
{
    size_t i;

    for (i = 0; from[i] != '\0' && i + 1 < cap; i++)
        to[i] = from[i] == '\n' || from[i] == '\\' ? ' ' : from[i];
    to[i] = '\0';
}

void tap_metrics_put(struct tap_text *t, const char *group,
                     const struct probe *p, uint64_t value)
{
    bool counter = p->kind == PROBE_COUNTER;
    const char *type = counter ? "counter" : "gauge";
    char g[40] = "", n[64], h[200], whole[128];

    if (group != NULL)
        clean(g, sizeof g, group);
    clean(n, sizeof n, p->name);
    clean_help(h, sizeof h, p->help);
    snprintf(whole, sizeof whole, "dialtone%s%s_%s%s",
             group != NULL ? "_" : "", g, n, counter ? "_total" : "");
    tap_text_add(t, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", whole, h, whole,
                 type, whole, (unsigned long long)value);
}

/* --- the server --------------------------------------------------------- */

#ifdef HAVE_MICROHTTPD

static enum MHD_Result reply(struct MHD_Connection *c, unsigned status,
                             char *text, size_t n, bool ours)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        n, text, ours ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    if (r == NULL) {
        if (ours)
            free(text);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type",
                            "text/plain; version=0.0.4; charset=utf-8");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(r, "Allow", "GET, HEAD");
    result = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c,
                                  const char *url, const char *method,
                                  const char *version, const char *upload,
                                  size_t *upload_n, void **state)
{
    static char not_found[] = "there is only /metrics\n";
    static char not_allowed[] = "only GET\n";
    static char seen;
    struct tap_metrics *m = ctx;
    size_t n = 0;
    char *text;

    (void)version;
    (void)upload;
    if (*state == NULL) { /* the header is here; what follows is not */
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_n != 0) {
        *upload_n = 0; /* thrown away */
        return MHD_YES;
    }
    if (strcmp(url, "/metrics") != 0)
        return reply(c, MHD_HTTP_NOT_FOUND, not_found, sizeof not_found - 1,
                     false);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return reply(c, MHD_HTTP_METHOD_NOT_ALLOWED, not_allowed,
                     sizeof not_allowed - 1, false);
    text = m->text(m->owner, &n);
    return text == NULL ? MHD_NO : reply(c, MHD_HTTP_OK, text, n, true);
}

static void turn(struct tap_metrics *m)
{
    MHD_UNSIGNED_LONG_LONG ms;

    MHD_run(m->server);
    m->next_ns = MHD_get_timeout(m->server, &ms) == MHD_YES
                     ? tap_now() + ms * PPTP_MS
                     : PPTP_NEVER;
}

static void on_ready(struct tap_source *s, uint32_t events)
{
    (void)events;
    turn((struct tap_metrics *)(void *)s);
}

/* Our own socket: libmicrohttpd would not say what is wrong with its. */
static int listen_at(struct tap_metrics *m, uint32_t address, uint16_t port)
{
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_port = htons(port) };
    socklen_t n = sizeof here;
    int on = 1, saved;

    here.sin_addr.s_addr = htonl(address);
    m->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                         0);
    if (m->listener < 0)
        return -1;
    if (setsockopt(m->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ==
            0 &&
        bind(m->listener, (struct sockaddr *)(void *)&here, sizeof here) ==
            0 &&
        listen(m->listener, LISTEN_QUEUE) == 0 &&
        getsockname(m->listener, (struct sockaddr *)(void *)&here, &n) == 0) {
        m->port = ntohs(here.sin_port);
        return 0;
    }
    saved = errno;
    close(m->listener);
    errno = saved;
    return -1;
}

static int start(struct tap_metrics *m)
{
    const union MHD_DaemonInfo *info;

    m->server = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, m, MHD_OPTION_LISTEN_SOCKET,
        m->listener, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)TAP_METRICS_CLIENTS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)TAP_METRICS_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)TAP_METRICS_MEMORY, MHD_OPTION_END);
    if (m->server == NULL)
        return -1;
    info = MHD_get_daemon_info(m->server, MHD_DAEMON_INFO_EPOLL_FD);
    m->source = (struct tap_source){ .fd = info != NULL ? info->epoll_fd : -1,
                                     .ready = on_ready };
    if (m->source.fd >= 0 && tap_loop_add(m->loop, &m->source, EPOLLIN) == 0)
        return 0;
    MHD_stop_daemon(m->server); /* closes the listener, too */
    m->server = NULL;
    m->listener = -1;
    return -1;
}

int tap_metrics_open(struct tap_metrics *m, uint32_t address, uint16_t port,
                     char *why, size_t cap)
{
    m->server = NULL;
    m->next_ns = PPTP_NEVER;
    if (listen_at(m, address, port) < 0) {
        snprintf(why, cap, "metrics at %u.%u.%u.%u port %u: %s%s",
                 address >> 24, address >> 16 & 255, address >> 8 & 255,
                 address & 255, port, strerror(errno),
                 errno == EADDRINUSE ? "; cure: set another port" : "");
        return -1;
    }
    if (start(m) == 0)
        return 0;
    if (m->listener >= 0)
        close(m->listener);
    snprintf(why, cap, "metrics: libmicrohttpd does not start");
    return -1;
}

void tap_metrics_close(struct tap_metrics *m)
{
    if (m->server == NULL)
        return;
    tap_loop_remove(m->loop, &m->source);
    MHD_stop_daemon(m->server); /* closes the listener, too */
    m->server = NULL;
}

void tap_metrics_advance(struct tap_metrics *m, pptp_ns now)
{
    if (m->server != NULL && m->next_ns <= now)
        turn(m);
}

#else

int tap_metrics_open(struct tap_metrics *m, uint32_t address, uint16_t port,
                     char *why, size_t cap)
{
    (void)address;
    (void)port;
    m->server = NULL;
    snprintf(why, cap,
             "metrics: this dialtone was built without libmicrohttpd; cure: "
             "configure it with libmicrohttpd, or set no metrics");
    return -1;
}

void tap_metrics_close(struct tap_metrics *m)
{
    m->server = NULL;
}

void tap_metrics_advance(struct tap_metrics *m, pptp_ns now)
{
    (void)m;
    (void)now;
}

#endif

pptp_ns tap_metrics_deadline(const struct tap_metrics *m)
{
    return m->server != NULL ? m->next_ns : PPTP_NEVER;
}
