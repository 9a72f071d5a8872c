/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Secrets: the parser, the order of the table and the look-up.  The format is
 * that of pppd(8), AUTHENTICATION, without what reaches outside the text
 * (@file, host names) or needs a pool (`!`, `+`, options after `--`): those
 * are refused, for silently dropping one would widen what a peer may do.
 */
#include "config.h"

#include "ppp/secrets.h"

#include <string.h>

enum { WORD_MAX = 255 };

/* The text being read. */
struct reader {
    const char *text;
    size_t len, at;
    uint32_t line;
    const char *why;
    /* the latest word */
    char word[WORD_MAX + 1];
    size_t n;
};

/* The arena: entries grow from the front, strings from the back. */
struct arena {
    struct ppp_secret *list;
    uint32_t n;
    char *front, *back;
};

enum word { WORD_NONE, WORD_SOME, WORD_BAD };

static int parse_line(struct reader *r, struct arena *a);
static enum word next_word(struct reader *r);
static bool word_octet(struct reader *r, char c);
static bool escape(struct reader *r);
static bool skip_space(struct reader *r);
static int address(const struct reader *r, uint32_t *first, uint32_t *last,
                   const char **why);
static const char *keep(struct arena *a, const char *s, size_t n);
static int order(const struct ppp_secret *a, const struct ppp_secret *b);
static int compare(const char *s, const char *name, size_t n);

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t ppp_secrets_octets(const char *text, size_t len)
{
    size_t entries = 0, words = 0, i;
    bool in = false;

    /* a line of n words makes n - 2 entries, or one; a separator pays for the
     * NUL after each word but the last */
    for (i = 0; i <= len; i++) {
        bool end = i == len ||
                   (text[i] == '\n' && (i == 0 || text[i - 1] != '\\'));

        if (end) {
            entries += words > 2 ? words - 2 : words > 0;
            words = 0;
            in = false;
        } else {
            words += !is_space(text[i]) && !in;
            in = !is_space(text[i]);
        }
    }
    return entries * sizeof(struct ppp_secret) + len + 1;
}

int ppp_secrets_parse(const char *text, size_t len, void *mem,
                      size_t mem_octets, struct ppp_secrets *out,
                      struct ppp_secrets_error *error)
{
    struct reader r = { .text = text, .len = len, .line = 1 };
    struct arena a = { .list = mem, .front = mem };
    int e = 0;

    PPTP_ASSERT((uintptr_t)mem % _Alignof(struct ppp_secret) == 0);
    a.back = a.front + mem_octets;
    out->list = NULL;
    out->n = 0;
    while (e == 0 && r.at < r.len)
        e = parse_line(&r, &a);
    ppp_wipe(r.word, sizeof r.word);
    if (e != 0) {
        ppp_wipe(mem, mem_octets);
        if (error != NULL)
            *error = (struct ppp_secrets_error){ e == PPTP_ERR_FORMAT ? r.line
                                                                      : 0,
                                                 r.why };
        return e;
    }
    out->list = a.list;
    out->n = a.n;
    ppp_secrets_sort(out);
    return 0;
}

/* Moves the entry at `i` of a heap of n to its place. */
static void sift(struct ppp_secret *l, uint32_t i, uint32_t n)
{
    struct ppp_secret moved = l[i];

    for (;;) {
        uint32_t child = 2 * i + 1;

        if (child >= n)
            break;
        if (child + 1 < n && order(&l[child], &l[child + 1]) < 0)
            child++;
        if (order(&moved, &l[child]) >= 0)
            break;
        l[i] = l[child];
        i = child;
    }
    l[i] = moved;
}

/* Heapsort: no memory, and nobody's file makes it slow. */
void ppp_secrets_sort(struct ppp_secrets *t)
{
    struct ppp_secret *l = t->list;
    uint32_t i, n = t->n;

    PPTP_ASSERT(n < UINT32_MAX / 2);
    for (i = 1; i < n && order(&l[i - 1], &l[i]) <= 0; i++)
        ;
    if (i >= n)
        return;
    for (i = n / 2; i-- > 0;)
        sift(l, i, n);
    while (n > 1) {
        struct ppp_secret top = l[0];

        l[0] = l[--n];
        l[n] = top;
        sift(l, 0, n);
    }
}

static bool is_star(const char *s)
{
    return s[0] == '*' && s[1] == 0;
}

/* 3: both names are exact; 2: the server's; 1: the client's; 0: neither; -1:
 * not this one. */
static int exactness(const struct ppp_secret *s, const char *client,
                     size_t client_len, const char *server, size_t server_len)
{
    int score = 0;

    if (compare(s->client, client, client_len) == 0)
        score += 1;
    else if (!is_star(s->client))
        return -1;
    if (server != NULL && compare(s->server, server, server_len) == 0)
        score += 2;
    else if (server != NULL && !is_star(s->server))
        return -1;
    return score;
}

/* The first entry that is not before these names. */
static uint32_t lower(const struct ppp_secrets *t, const char *client,
                      size_t client_len, const char *server, size_t server_len)
{
    uint32_t from = 0, to = t->n;

    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        int c = compare(t->list[mid].client, client, client_len);

        if (c == 0)
            c = compare(t->list[mid].server, server, server_len);
        if (c < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* The first entry of a sorted table with exactly these names. */
static const struct ppp_secret *exact(const struct ppp_secrets *t,
                                      const char *client, size_t client_len,
                                      const char *server, size_t server_len)
{
    uint32_t i = lower(t, client, client_len, server, server_len);
    const struct ppp_secret *s = &t->list[i];

    if (i == t->n || compare(s->client, client, client_len) != 0 ||
        compare(s->server, server, server_len) != 0)
        return NULL;
    return s;
}

/* The first entry of a sorted table with this client and any server. */
static const struct ppp_secret *any_server(const struct ppp_secrets *t,
                                           const char *client,
                                           size_t client_len)
{
    uint32_t i = lower(t, client, client_len, "", 0);

    if (i == t->n || compare(t->list[i].client, client, client_len) != 0)
        return NULL;
    return &t->list[i];
}

static const struct ppp_secret *look_linear(const struct ppp_secrets *t,
                                            const char *client,
                                            size_t client_len,
                                            const char *server,
                                            size_t server_len)
{
    const struct ppp_secret *best = NULL;
    int best_score = -1;
    uint32_t i;

    for (i = 0; i < t->n; i++) {
        int score = exactness(&t->list[i], client, client_len, server,
                              server_len);

        if (score > best_score) {
            best_score = score;
            best = &t->list[i];
        }
    }
    return best;
}

const struct ppp_secret *ppp_secret_look(const struct ppp_secrets *t,
                                         const char *client, size_t client_len,
                                         const char *server, size_t server_len)
{
    const struct ppp_secret *s;

    if (t == NULL || t->n == 0)
        return NULL;
    if (t->n <= PPP_SECRETS_UNSORTED)
        return look_linear(t, client, client_len, server, server_len);
    if (server == NULL) {
        s = any_server(t, client, client_len);
        return s != NULL ? s : any_server(t, "*", 1);
    }
    s = exact(t, client, client_len, server, server_len);
    if (s == NULL)
        s = exact(t, "*", 1, server, server_len);
    if (s == NULL)
        s = exact(t, client, client_len, "*", 1);
    return s != NULL ? s : exact(t, "*", 1, "*", 1);
}

const struct ppp_secret *ppp_secret_find(const struct ppp_secrets *t,
                                         const char *client, size_t client_len,
                                         const char *server)
{
    return ppp_secret_look(t, client, client_len, server,
                           server == NULL ? 0 : strlen(server));
}

bool ppp_secrets_for(const struct ppp_secrets *t, const char *server)
{
    uint32_t i;

    for (i = 0; i < t->n; i++)
        if (is_star(t->list[i].server) ||
            compare(t->list[i].server, server, strlen(server)) == 0)
            return true;
    return false;
}

bool ppp_secret_allows(const struct ppp_secrets *t, const struct ppp_secret *s,
                       uint32_t ip)
{
    const struct ppp_secret *end = t->list + t->n, *e;

    if (s->ip_first == 0 && s->ip_last == 0)
        return true;
    for (e = s; e < end; e++) {
        if (e->client != s->client || e->secret != s->secret)
            break; /* another line's */
        if (ip >= e->ip_first && ip <= e->ip_last)
            return true;
    }
    return false;
}

void ppp_wipe(void *mem, size_t n)
{
    memset(mem, 0, n);
    /* the compiler is not to know that nobody reads it */
    __asm__ volatile("" : : "r"(mem) : "memory");
}

bool ppp_same(const void *a, size_t a_len, const void *b, size_t b_len)
{
    const uint8_t *x = a, *y = b;
    volatile uint8_t differ = a_len != b_len;
    size_t i;

    for (i = 0; i < a_len && b_len > 0; i++)
        differ |= x[i] ^ y[i % b_len];
    return differ == 0;
}

static int complain(struct reader *r, const char *why)
{
    r->why = why;
    return PPTP_ERR_FORMAT;
}

static int no_room(struct reader *r)
{
    r->why = "too little memory for the secrets";
    return PPTP_ERR_RESOURCE;
}

/* One more entry: the names and secret of *e, and this range. */
static bool add(struct arena *a, const struct ppp_secret *e, uint32_t first,
                uint32_t last)
{
    struct ppp_secret *s = &a->list[a->n];

    if ((size_t)(a->back - a->front) < sizeof *s)
        return false;
    a->front += sizeof *s;
    *s = *e;
    s->ip_first = first;
    s->ip_last = last;
    a->n++;
    return true;
}

/* The words after the secret. */
static int addresses(struct reader *r, struct arena *a,
                     const struct ppp_secret *e)
{
    uint32_t first, last;
    uint32_t n = 0;
    enum word w;

    while ((w = next_word(r)) == WORD_SOME) {
        int err = address(r, &first, &last, &r->why);

        if (err != 0)
            return err;
        if (!add(a, e, first, last))
            return no_room(r);
        n++;
    }
    if (w == WORD_BAD)
        return PPTP_ERR_FORMAT;
    if (n == 0 && !add(a, e, 0, 0))
        return no_room(r);
    return 0;
}

static int parse_line(struct reader *r, struct arena *a)
{
    struct ppp_secret e = { 0 };
    const char *kept[3];
    unsigned i;
    int err;

    for (i = 0; i < 3; i++) {
        enum word w = next_word(r);

        if (w == WORD_BAD)
            return PPTP_ERR_FORMAT;
        if (w == WORD_NONE && i > 0)
            return complain(r, "a line needs a client, a server and a "
                               "secret");
        if (w == WORD_NONE)
            break;
        if (i < 2 && memchr(r->word, 0, r->n) != NULL)
            return complain(r, "a name cannot have a NUL in it");
        if (i == 2 && r->n >= 2 && r->word[0] == '@' && r->word[1] == '/')
            return complain(r, "a secret in another file (@file) is not "
                               "supported");
        kept[i] = keep(a, r->word, r->n);
        if (kept[i] == NULL)
            return no_room(r);
    }
    if (i == 3) {
        e.client = kept[0];
        e.server = kept[1];
        e.secret = (const uint8_t *)kept[2];
        e.secret_len = (uint8_t)r->n;
        err = addresses(r, a, &e);
        if (err != 0)
            return err;
    }
    /* next_word left us at the end of the line */
    if (r->at < r->len) {
        r->at++;
        r->line++;
    }
    return 0;
}

/* Past blanks, continued lines and a comment; false at the end of a line. */
static bool skip_space(struct reader *r)
{
    for (; r->at < r->len; r->at++) {
        char c = r->text[r->at];

        if (c == '\\' && r->at + 1 < r->len && r->text[r->at + 1] == '\n') {
            r->at++;
            r->line++;
        } else if (c == '#') {
            while (r->at < r->len && r->text[r->at] != '\n')
                r->at++;
            return false;
        } else if (c == '\n') {
            return false;
        } else if (!is_space(c)) {
            return true;
        }
    }
    return false;
}

/* The next word of this line. WORD_BAD: r->why says it. */
static enum word next_word(struct reader *r)
{
    char quote = 0;

    r->n = 0;
    if (!skip_space(r))
        return WORD_NONE;
    for (; r->at < r->len; r->at++) {
        char c = r->text[r->at];

        if (c == '\n' && quote != 0)
            break;
        if (quote == 0 && is_space(c))
            break;
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\') {
            if (!escape(r))
                return WORD_BAD;
        } else if (!word_octet(r, c)) {
            return WORD_BAD;
        }
    }
    if (quote != 0) {
        r->why = "a quote is not closed";
        return WORD_BAD;
    }
    return WORD_SOME;
}

static bool word_octet(struct reader *r, char c)
{
    if (r->n == WORD_MAX) {
        r->why = "a word is longer than 255 octets";
        return false;
    }
    r->word[r->n++] = c;
    return true;
}

static int digit(char c, int base)
{
    int v = 99;

    if (c >= '0' && c <= '9')
        v = c - '0';
    else if (c >= 'a' && c <= 'f')
        v = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
        v = c - 'A' + 10;
    return v < base ? v : -1;
}

/* At a backslash; leaves the reader at the last octet of the escape. */
static bool escape(struct reader *r)
{
    static const char from[] = "abfnrst", to[] = "\a\b\f\n\r \t";
    const char *known;
    unsigned value = 0, digits = 0;
    int base = 8;
    char c;

    if (r->at + 1 >= r->len) {
        r->why = "a backslash at the end of the text";
        return false;
    }
    c = r->text[++r->at];
    if (c == '\n') {
        r->line++;
        return true;
    }
    known = c != 0 ? strchr(from, c) : NULL;
    if (known != NULL)
        return word_octet(r, to[known - from]);
    if (c == 'x' && r->at + 1 < r->len && digit(r->text[r->at + 1], 16) >= 0) {
        base = 16;
        r->at++;
    } else if (digit(c, 8) < 0) {
        return word_octet(r, c);
    }
    while (r->at < r->len && digits < (base == 16 ? 2 : 3) &&
           digit(r->text[r->at], base) >= 0) {
        value = value * (unsigned)base + (unsigned)digit(r->text[r->at], base);
        r->at++;
        digits++;
    }
    r->at--;
    return word_octet(r, (char)(uint8_t)value);
}

/* A decimal number up to `max` at *s; -1 if there is none. */
static int64_t number(const char **s, uint32_t max)
{
    uint32_t v = 0;
    const char *p = *s;

    for (; *p >= '0' && *p <= '9'; p++) {
        v = v * 10 + (uint32_t)(*p - '0');
        if (v > max)
            return -1;
    }
    if (p == *s)
        return -1;
    *s = p;
    return v;
}

/* a.b.c.d, a.b.c.d/n, `*` (any) or `-` (none). */
static int address(const struct reader *r, uint32_t *first, uint32_t *last,
                   const char **why)
{
    char copy[WORD_MAX + 1];
    const char *p = copy;
    uint32_t ip = 0, mask = UINT32_MAX;
    int i;

    memcpy(copy, r->word, r->n);
    copy[r->n] = 0;
    *first = 0;
    *last = UINT32_MAX;
    if (strcmp(copy, "*") == 0)
        return 0;
    *first = UINT32_MAX; /* an empty range */
    *last = 0;
    if (strcmp(copy, "-") == 0)
        return 0;
    *why = copy[0] == '!'   ? "addresses that are forbidden (!) are not "
                              "supported"
           : copy[0] == '-' ? "options after the addresses are not supported"
                            : "an address is a.b.c.d, a.b.c.d/bits, * or -";
    for (i = 0; i < 4; i++) {
        int64_t v = number(&p, 255);

        if (v < 0 || (i < 3 && *p++ != '.'))
            return PPTP_ERR_FORMAT;
        ip = ip << 8 | (uint32_t)v;
    }
    if (*p == '/') {
        int64_t bits;

        p++;
        bits = number(&p, 32);
        if (bits < 0)
            return PPTP_ERR_FORMAT;
        mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
    }
    if (*p != 0 || strlen(copy) != r->n || ip == 0)
        return PPTP_ERR_FORMAT;
    *first = ip & mask;
    *last = ip | ~mask;
    *why = NULL;
    return 0;
}

/* A copy with a NUL in the arena, or NULL. */
static const char *keep(struct arena *a, const char *s, size_t n)
{
    if ((size_t)(a->back - a->front) < n + 1)
        return NULL;
    a->back -= n + 1;
    memcpy(a->back, s, n);
    a->back[n] = 0;
    return a->back;
}

/* A NUL-terminated name against one with a length, as strcmp. */
static int compare(const char *s, const char *name, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        uint8_t x = (uint8_t)s[i], y = (uint8_t)name[i];

        /* a NUL in `name` is not the end of it */
        if (x == 0)
            return -1;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return s[n] != 0;
}

/* By client, server and line: strings of later lines lie lower. */
static int order(const struct ppp_secret *a, const struct ppp_secret *b)
{
    int c = strcmp(a->client, b->client);

    if (c == 0)
        c = strcmp(a->server, b->server);
    if (c == 0 && a->client != b->client)
        c = (uintptr_t)a->client > (uintptr_t)b->client ? -1 : 1;
    if (c == 0 && a->ip_first != b->ip_first)
        c = a->ip_first < b->ip_first ? -1 : 1;
    return c;
}
