/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SimGrid does not tell of a platform file; platform_xml.h. */
#include "config.h"

#include "sim/platform_xml.h"

#include <arpa/inet.h>
#include <errno.h>
#include <expat.h>
#include <libgen.h>
#include <simgrid/forward.h> /* the next one needs it */
#include <simgrid/version.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/base.h"
#include "sim/file.h"
#include "sim/profile.h"

/* Octets given to expat at once: its lengths are int. */
enum { PIECE_OCTETS = 1 << 20 };

/* Whose <prop> this is. */
enum within { WITHIN_OTHER, WITHIN_HOST, WITHIN_DISK, WITHIN_CONFIG };

/* <trace>: a profile in the file itself, or the name of its file. */
struct trace {
    char *id, *file, *text;
    size_t octets;
    uint32_t line; /* of the text */
    double period_s;
    bool connected[3]; /* by enum sim_profile_kind */
};

/* <trace_connect>: the link may come later in the file. */
struct connection {
    char *link;
    enum sim_profile_kind kind;
    const struct sim_profile *profile;
};

struct reader {
    struct sim_platform_xml *x;
    XML_Parser parser;
    const char *path;
    char *err;
    size_t err_octets;
    int result;
    bool has_doctype, has_zone;
    uint32_t open_zones;
    const char **atts; /* of the element: name, value, ..., NULL */
    char *att_text;    /* what they say */
    enum within within;
    char *owner;    /* name of the host or cluster whose <prop> this is */
    char *beside;   /* folder of the file */
    char *searched; /* <config>'s `path`, or NULL */
    bool in_trace;
    struct trace *traces;
    size_t trace_count;
    struct connection *connections;
    size_t connection_count;
};

static uint32_t line_of(const struct reader *r)
{
#if HAVE_DECL_XML_GETCURRENTLINENUMBER64
    return (uint32_t)XML_GetCurrentLineNumber64(r->parser);
#else
    return (uint32_t)XML_GetCurrentLineNumber(r->parser);
#endif
}

/* ---- errors: the first one ends it ---- */

static void stop(struct reader *r, int result)
{
    r->result = result;
    XML_StopParser(r->parser, XML_FALSE);
}

static void refuse(struct reader *r, const char *what, ...)
    __attribute__((format(printf, 2, 3)));

static void refuse(struct reader *r, const char *what, ...)
{
    va_list args;
    int n = snprintf(r->err, r->err_octets, "%s:%u: ", r->path, line_of(r));

    va_start(args, what);
    if (n > 0 && (size_t)n < r->err_octets)
        vsnprintf(r->err + n, r->err_octets - (size_t)n, what, args);
    va_end(args);
    stop(r, PPTP_ERR_ARGUMENT);
}

static void no_memory(struct reader *r)
{
    snprintf(r->err, r->err_octets, "%s: no memory for it", r->path);
    stop(r, PPTP_ERR_RESOURCE);
}

/* Room for one more in a list that doubles; false without memory. */
static bool room(struct reader *r, void *list, size_t count, size_t item)
{
    void **l = list, *more;

    if (count & (count - 1))
        return true;
    more = reallocarray(*l, count ? 2 * count : 1, item);
    if (more == NULL) {
        no_memory(r);
        return false;
    }
    *l = more;
    return true;
}

/* ---- attributes ---- */

/* What it says, or "". */
static const char *attribute(const struct reader *r, const char *name)
{
    for (const char **a = r->atts; *a != NULL; a += 2)
        if (strcmp(a[0], name) == 0)
            return a[1];
    return "";
}

static char *copy(struct reader *r, const char *text)
{
    char *c = strdup(text);

    if (c == NULL)
        no_memory(r);
    return c;
}

/* Copies a text as the octets that the file has, and returns what is behind.
 * The parser is told that each octet is a character; it hands them out as
 * UTF-8, which takes two for those from 0x80 on (and more for a number as in
 * &#8364;, which stays). */
static char *put_octets(char *to, const char *utf8)
{
    for (; *utf8; utf8++)
        if ((*utf8 & 0xfc) == 0xc0) {
            *to++ = (char)((utf8[0] & 3) << 6 | (utf8[1] & 0x3f));
            utf8++;
        } else {
            *to++ = *utf8;
        }
    *to++ = '\0';
    return to;
}

/* r->atts becomes a copy of them; false without memory. */
static bool take_attributes(struct reader *r, const XML_Char **atts)
{
    size_t n = 0, octets = 0;
    const char **list;
    char *text;

    for (; atts[n] != NULL; n++)
        octets += strlen(atts[n]) + 1;
    list = reallocarray(r->atts, n + 1, sizeof(*list));
    if (list != NULL)
        r->atts = list;
    text = realloc(r->att_text, octets + 1);
    if (text != NULL)
        r->att_text = text;
    if (list == NULL || text == NULL) {
        no_memory(r);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        list[i] = text;
        text = put_octets(text, atts[i]);
    }
    list[n] = NULL;
    return true;
}

/* ---- profiles ---- */

/* `folder`/name if it can be read; the caller frees. */
static char *try_in(const char *folder, const char *name)
{
    size_t octets = strlen(folder) + strlen(name) + 2;
    char *path = malloc(octets);

    if (path == NULL)
        return NULL;
    if (*name == '/' || strcmp(folder, ".") == 0)
        snprintf(path, octets, "%s", name);
    else
        snprintf(path, octets, "%s/%s", folder, name);
    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

/* SimGrid looks in the present folder, beside the platform file, and where
 * <config> says. */
static char *find(const struct reader *r, const char *name)
{
    char *path = try_in(".", name);

    if (path == NULL)
        path = try_in(r->beside, name);
    if (path == NULL && r->searched != NULL)
        path = try_in(r->searched, name);
    return path;
}

/* A new profile that belongs to r->x, or NULL. */
static struct sim_profile *profile_new(struct reader *r)
{
    struct sim_platform_xml *x = r->x;
    struct sim_profile *p;

    if (!room(r, &x->profiles, x->profile_count, sizeof(*x->profiles)))
        return NULL;
    p = calloc(1, sizeof(*p));
    if (p == NULL)
        no_memory(r);
    else
        x->profiles[x->profile_count++] = p;
    return p;
}

/* Reads the profile that an element names; NULL if there is none, or after
 * an error. */
static const struct sim_profile *read_profile(struct reader *r,
                                              const char *name,
                                              enum sim_profile_kind kind)
{
    struct sim_profile *p;
    char *path;
    int e;

    if (r->result || *name == '\0')
        return NULL;
    p = profile_new(r);
    path = p != NULL ? find(r, name) : NULL;
    if (p == NULL)
        return NULL;
    if (path == NULL) {
        refuse(r, "profile '%s': %s", name, strerror(errno));
        return NULL;
    }
    e = sim_profile_read(p, path, kind, r->err, r->err_octets);
    if (e)
        stop(r, e);
    free(path);
    return p;
}

static const struct sim_profile *parse_trace(struct reader *r,
                                             const struct trace *t,
                                             enum sim_profile_kind kind)
{
    struct sim_profile_source source = {
        .name = r->path,
        .line = t->line,
        .kind = kind,
        .period_s = t->period_s,
    };
    struct sim_profile *p;
    int e;

    if (*t->file) /* SimGrid forgets the element's period then */
        return read_profile(r, t->file, kind);
    p = profile_new(r);
    if (p != NULL) {
        e = sim_profile_parse(p, t->text != NULL ? t->text : "", t->octets,
                              &source, r->err, r->err_octets);
        if (e)
            stop(r, e);
    }
    return p;
}

/* ---- elements ---- */

static void add_link(struct reader *r, const char *id, const char *tail,
                     const struct sim_profile *rate,
                     const struct sim_profile *latency)
{
    struct sim_platform_xml *x = r->x;
    struct sim_xml_link *l;

    if (r->result || !room(r, &x->links, x->link_count, sizeof(*x->links)))
        return;
    l = &x->links[x->link_count];
    *l = (struct sim_xml_link){
        .name = malloc(strlen(id) + strlen(tail) + 1),
        .line = line_of(r),
        .rate = rate,
        .latency = latency,
    };
    if (l->name == NULL) {
        no_memory(r);
        return;
    }
    strcpy(stpcpy(l->name, id), tail);
    x->link_count++;
}

static void link_start(struct reader *r)
{
    const char *id = attribute(r, "id");
    const char *policy = attribute(r, "sharing_policy");
    const struct sim_profile *rate, *latency;

    if (strcmp(policy, "WIFI") == 0) {
        refuse(r, "link '%s': WIFI links are not simulated", id);
        return;
    }
    if (*attribute(r, "state_file")) {
        refuse(r,
               "link '%s': the state of a link cannot change (state_file): "
               "use bandwidth_file, with 0 for down",
               id);
        return;
    }
    rate = read_profile(r, attribute(r, "bandwidth_file"), SIM_PROFILE_RATE);
    latency = read_profile(r, attribute(r, "latency_file"),
                           SIM_PROFILE_LATENCY);
    if (strcmp(policy, "SPLITDUPLEX") == 0 ||
        strcmp(policy, "FULLDUPLEX") == 0) {
        add_link(r, id, "_UP", rate, latency);
        add_link(r, id, "_DOWN", rate, latency);
    } else {
        add_link(r, id, "", rate, latency);
    }
}

/* <host> and <peer>, which are turned off alike. */
static void node_start(struct reader *r)
{
    if (*attribute(r, "state_file")) {
        refuse(r, "host '%s': the state of a host cannot change (state_file)",
               attribute(r, "id"));
        return;
    }
    /* only looked at: SimGrid aborts over a bad one and names no line */
    read_profile(r, attribute(r, "speed_file"), SIM_PROFILE_SPEED);
    read_profile(r, attribute(r, "availability_file"), SIM_PROFILE_SPEED);
}

static void set_owner(struct reader *r)
{
    free(r->owner);
    r->owner = copy(r, attribute(r, "id"));
    r->within = WITHIN_HOST;
}

static void host_start(struct reader *r)
{
    set_owner(r);
    node_start(r);
}

static void disk_start(struct reader *r)
{
    r->within = WITHIN_DISK;
}

/* Its properties are those of every host in it. */
static void cluster_start(struct reader *r)
{
    const char *topology = attribute(r, "topology");

    r->has_zone = true;
    set_owner(r);
    /* it would die there, without a word */
    if (SIMGRID_VERSION >= 40000 && r->open_zones == 0 && *topology &&
        strcmp(topology, "FLAT") != 0)
        refuse(r, "cluster '%s': %s wants a zone around a %s",
               attribute(r, "id"), SIMGRID_VERSION_STRING, topology);
}

static void zone_start(struct reader *r)
{
    r->has_zone = true;
    r->open_zones++;
    if (strcasecmp(attribute(r, "routing"), "Wifi") == 0)
        refuse(r, "zone '%s': WIFI links are not simulated",
               attribute(r, "id"));
}

static void config_start(struct reader *r)
{
    r->within = WITHIN_CONFIG;
}

/* Whether a host can have this address and send from it. */
static bool is_host_address(const char *text)
{
    struct in_addr a;
    uint32_t ip;

    if (inet_pton(AF_INET, text, &a) != 1)
        return false;
    ip = ntohl(a.s_addr);
    /* "this" network, loopback; multicast, reserved, broadcast */
    return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 28 < 14;
}

static void prop_start(struct reader *r)
{
    const char *id = attribute(r, "id"), *value = attribute(r, "value");

    if (r->within == WITHIN_HOST && strcmp(id, "ip") == 0 &&
        !is_host_address(value))
        refuse(r,
               "host '%s': its property ip, '%s', is no IPv4 address of a "
               "host",
               r->owner, value);
    /* SimGrid takes the first */
    if (r->within == WITHIN_CONFIG && strcmp(id, "path") == 0 &&
        r->searched == NULL)
        r->searched = copy(r, value);
}

static void trace_start(struct reader *r)
{
    struct trace *t;

    if (!room(r, &r->traces, r->trace_count, sizeof(*r->traces)))
        return;
    t = &r->traces[r->trace_count++];
    *t = (struct trace){
        .id = copy(r, attribute(r, "id")),
        .file = copy(r, attribute(r, "file")),
        .line = line_of(r),
        .period_s = strtod(attribute(r, "periodicity"), NULL),
    };
    r->in_trace = true;
}

static void on_text(void *ctx, const XML_Char *text, int octets)
{
    struct reader *r = ctx;
    struct trace *t;
    char *more;

    if (!r->in_trace || r->result)
        return;
    t = &r->traces[r->trace_count - 1];
    if (t->text == NULL)
        t->line = line_of(r);
    more = realloc(t->text, t->octets + (size_t)octets);
    if (more == NULL) {
        no_memory(r);
        return;
    }
    memcpy(more + t->octets, text, (size_t)octets);
    t->text = more;
    t->octets += (size_t)octets;
}

/* A trace's profile goes to an element by the kind of the connection. */
static void connect_link(struct reader *r, enum sim_profile_kind kind)
{
    const char *id = attribute(r, "trace");
    struct trace *t = NULL;
    struct connection *c;

    for (size_t i = 0; i < r->trace_count && t == NULL; i++)
        if (strcmp(r->traces[i].id, id) == 0)
            t = &r->traces[i];
    if (t == NULL) /* SimGrid says it well */
        return;
    if (t->connected[kind]) {
        refuse(r,
               "trace '%s' is connected like this already: SimGrid takes "
               "the first only",
               id);
        return;
    }
    t->connected[kind] = true;
    if (!room(r, &r->connections, r->connection_count,
              sizeof(*r->connections)))
        return;
    c = &r->connections[r->connection_count];
    *c = (struct connection){
        .kind = kind,
        .profile = parse_trace(r, t, kind),
    };
    if (!r->result)
        c->link = copy(r, attribute(r, "element"));
    r->connection_count += c->link != NULL;
}

static void connect_start(struct reader *r)
{
    const char *kind = attribute(r, "kind");
    bool of_link = strcmp(kind, "BANDWIDTH") == 0 ||
                   strcmp(kind, "LATENCY") == 0;

    if (*kind == '\0' || strcmp(kind, "HOST_AVAIL") == 0)
        refuse(r, "host '%s': the state of a host cannot change (HOST_AVAIL)",
               attribute(r, "element"));
    else if (strcmp(kind, "LINK_AVAIL") == 0)
        refuse(r,
               "link '%s': the state of a link cannot change (LINK_AVAIL): "
               "use bandwidth_file, with 0 for down",
               attribute(r, "element"));
    else if (of_link && SIMGRID_VERSION < 40000)
        refuse(r, "link '%s': %s connects no trace with a link: use %s_file",
               attribute(r, "element"), SIMGRID_VERSION_STRING,
               *kind == 'B' ? "bandwidth" : "latency");
    else if (of_link)
        connect_link(r, *kind == 'B' ? SIM_PROFILE_RATE : SIM_PROFILE_LATENCY);
    else if (strcmp(kind, "SPEED") == 0)
        connect_link(r, SIM_PROFILE_SPEED);
}

static void on_start(void *ctx, const XML_Char *name, const XML_Char **atts)
{
    static const struct {
        const char *name;
        void (*start)(struct reader *r);
    } elements[] = {
        { "AS", zone_start },       { "cluster", cluster_start },
        { "config", config_start }, { "disk", disk_start },
        { "host", host_start },     { "link", link_start },
        { "peer", node_start },     { "prop", prop_start },
        { "trace", trace_start },   { "trace_connect", connect_start },
        { "zone", zone_start },
    };
    struct reader *r = ctx;

    /* expat may hand out one more after it was stopped */
    if (r->result || !take_attributes(r, atts))
        return;
    if (!r->has_doctype) {
        refuse(r,
               "no DOCTYPE before <%s>; SimGrid wants <!DOCTYPE platform "
               "SYSTEM \"https://simgrid.org/simgrid.dtd\">",
               name);
        return;
    }
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (strcmp(name, elements[i].name) == 0)
            elements[i].start(r);
}

static void on_end(void *ctx, const XML_Char *name)
{
    struct reader *r = ctx;

    if (strcmp(name, "zone") == 0 || strcmp(name, "AS") == 0)
        r->open_zones--;
    else if (strcmp(name, "trace") == 0)
        r->in_trace = false;
    else if (strcmp(name, "disk") == 0)
        r->within = WITHIN_HOST;
    else if (strcmp(name, "host") == 0 || strcmp(name, "cluster") == 0 ||
             strcmp(name, "config") == 0)
        r->within = WITHIN_OTHER;
}

static void on_doctype(void *ctx, const XML_Char *name, const XML_Char *sysid,
                       const XML_Char *pubid, int has_internal_subset)
{
    struct reader *r = ctx;

    (void)name, (void)sysid, (void)pubid, (void)has_internal_subset;
    r->has_doctype = true;
}

/* ---- the whole ---- */

static int link_order(const void *a, const void *b)
{
    const struct sim_xml_link *x = a, *y = b;

    return strcmp(x->name, y->name);
}

const struct sim_xml_link *sim_platform_xml_link(
    const struct sim_platform_xml *x, const char *name)
{
    struct sim_xml_link key = { .name = (char *)(uintptr_t)name };

    if (x->links == NULL)
        return NULL;
    return bsearch(&key, x->links, x->link_count, sizeof(key), link_order);
}

/* SimGrid takes "--" inside comments; XML and expat do not.  What a comment
 * says is nothing to us, so it is overwritten, but for its lines. */
static void blank_comments(char *text, size_t octets)
{
    static const struct {
        const char *begin, *end;
    } kinds[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" } };
    char *at = text, *to, *end = text + octets;

    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        size_t k = 0;

        while (k < 3 && strncmp(at, kinds[k].begin, strlen(kinds[k].begin)))
            k++;
        if (k == 3) {
            at++;
            continue;
        }
        at += strlen(kinds[k].begin);
        to = memmem(at, (size_t)(end - at), kinds[k].end,
                    strlen(kinds[k].end));
        if (to == NULL)
            return;
        for (; k == 0 && at < to; at++)
            if (*at != '\n' && *at != '\r')
                *at = ' ';
        at = to;
    }
}

static void parse(struct reader *r, const char *text, size_t octets)
{
    size_t piece;

    do {
        piece = octets < PIECE_OCTETS ? octets : PIECE_OCTETS;
        if (XML_Parse(r->parser, text, (int)piece, piece == octets) !=
            XML_STATUS_OK) {
            if (!r->result)
                refuse(r, "%s", XML_ErrorString(XML_GetErrorCode(r->parser)));
            return;
        }
        text += piece;
        octets -= piece;
    } while (octets > 0);
    if (!r->has_zone)
        refuse(r, "no zone and no cluster in it");
}

/* What the file says of links that stand elsewhere in it. */
static void connect_links(struct reader *r)
{
    struct sim_platform_xml *x = r->x;

    if (x->link_count)
        qsort(x->links, x->link_count, sizeof(*x->links), link_order);
    for (size_t i = 0; i < r->connection_count; i++) {
        const struct connection *c = &r->connections[i];
        struct sim_xml_link *l = (struct sim_xml_link *)(uintptr_t)
            sim_platform_xml_link(x, c->link);

        if (l != NULL && c->kind == SIM_PROFILE_RATE)
            l->rate = c->profile;
        else if (l != NULL && c->kind == SIM_PROFILE_LATENCY)
            l->latency = c->profile;
    }
}

static char *folder_of(const char *path)
{
    char *room_for_it = strdup(path), *folder;

    folder = room_for_it != NULL ? strdup(dirname(room_for_it)) : NULL;
    free(room_for_it);
    return folder;
}

static void reader_fini(struct reader *r)
{
    for (size_t i = 0; i < r->trace_count; i++) {
        free(r->traces[i].id);
        free(r->traces[i].file);
        free(r->traces[i].text);
    }
    for (size_t i = 0; i < r->connection_count; i++)
        free(r->connections[i].link);
    free(r->traces);
    free(r->connections);
    free(r->atts);
    free(r->att_text);
    free(r->owner);
    free(r->beside);
    free(r->searched);
    if (r->parser != NULL)
        XML_ParserFree(r->parser);
}

int sim_platform_xml_read(struct sim_platform_xml *x, const char *path,
                          char *err, size_t err_octets)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct reader r = {
        .x = x,
        .path = path,
        .err = err,
        .err_octets = err_octets,
    };
    size_t octets;
    char *text = sim_file_read(path, &octets);

    *x = (struct sim_platform_xml){ 0 };
    if (text == NULL) {
        snprintf(err, err_octets, "%s: %s", path,
                 errno == EINVAL ? "not a regular file" : strerror(errno));
        return PPTP_ERR_ARGUMENT;
    }
    r.parser = XML_ParserCreate("ISO-8859-1");
    r.beside = folder_of(path);
    if (r.parser == NULL || r.beside == NULL) {
        snprintf(err, err_octets, "%s: no memory for it", path);
        r.result = PPTP_ERR_RESOURCE;
    } else if (strncmp(text, mark, 3) == 0) {
        refuse(&r, "a byte order mark, which SimGrid does not take");
    } else {
        XML_SetUserData(r.parser, &r);
        XML_SetElementHandler(r.parser, on_start, on_end);
        XML_SetCharacterDataHandler(r.parser, on_text);
        XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
        blank_comments(text, octets);
        parse(&r, text, octets);
    }
    if (!r.result)
        connect_links(&r);
    free(text);
    reader_fini(&r);
    if (r.result)
        sim_platform_xml_fini(x);
    return r.result;
}

void sim_platform_xml_fini(struct sim_platform_xml *x)
{
    for (size_t i = 0; i < x->link_count; i++)
        free(x->links[i].name);
    for (size_t i = 0; i < x->profile_count; i++) {
        sim_profile_fini(x->profiles[i]);
        free(x->profiles[i]);
    }
    free(x->links);
    free(x->profiles);
    *x = (struct sim_platform_xml){ 0 };
}
