/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any octets as a capture: the reader (ip/capture.h) and the explainer
 * (src/explain).  Reports hold printable ASCII, JSON is JSON, and the same
 * capture is told the same way twice.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <jansson.h>

#include "explain/explain.h"
#include "models/capture_parse.h"

static uint64_t last_number;

static int visit(void *ctx, const struct capture_frame *f)
{
    FUZZ_CHECK(f->number > last_number);
    last_number = f->number;
    explain_frame((struct explain *)ctx, f);
    return 0;
}

static void check_findings(const struct explain *e)
{
    const struct explain_finding *f;
    size_t n = explain_findings(e, &f), i;

    FUZZ_CHECK(n <= EXPLAIN_FINDINGS_MAX);
    for (i = 0; i < n; i++) {
        FUZZ_CHECK((unsigned)f[i].kind < EXPLAIN_KINDS && f[i].count > 0);
        FUZZ_CHECK(f[i].last_frame >= f[i].frame &&
                   f[i].last_frame <= last_number);
        FUZZ_CHECK(f[i].frame > 0 || !f[i].timed);
        FUZZ_CHECK(memchr(f[i].detail, '\0', sizeof f[i].detail) != NULL);
        FUZZ_CHECK(i == 0 || explain_kind_info(f[i - 1].kind)->severity <=
                                 explain_kind_info(f[i].kind)->severity);
    }
}

static char *written(const struct explain *e, bool json)
{
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    FUZZ_CHECK(out != NULL);
    if (json)
        FUZZ_CHECK(explain_json(e, out) == 0);
    else
        explain_report(e, true, out);
    FUZZ_CHECK(fclose(out) == 0);
    FUZZ_CHECK(strlen(text) == n);
    return text;
}

/* What is said of it, for people and, unless NULL, for machines; the
 * caller's to free. */
static char *told(const uint8_t *octets, size_t len, char **json)
{
    struct explain *e = explain_new();
    struct capture_fault fault;
    char *text;
    int r;

    FUZZ_CHECK(e != NULL);
    last_number = 0;
    r = capture_walk(octets, len, visit, e, &fault);
    FUZZ_CHECK((r == 0) == (fault.text[0] == '\0') && fault.at <= len);
    explain_end(e, r != 0 ? fault.text : NULL);
    check_findings(e);
    text = written(e, false);
    if (json != NULL)
        *json = written(e, true);
    explain_free(e);
    return text;
}

static void check_text(const char *text)
{
    for (; *text != '\0'; text++)
        FUZZ_CHECK(*text == '\n' || (*text >= 0x20 && *text < 0x7f));
}

/* A sum over all that is told of the frames. */
struct sum {
    uint64_t frames, hash;
};

static int add_frame(void *ctx, const struct capture_frame *f)
{
    struct sum *s = ctx;
    const uint64_t v[] = { f->number, f->at_ns, f->timed,      f->kind,
                           f->which,  f->len,   f->wire_octets };
    size_t i;

    FUZZ_CHECK(f->ipv4 == NULL || f->len <= f->wire_octets);
    FUZZ_CHECK((f->ipv4 != NULL) == (f->kind == ENCAP_IPV4));
    for (i = 0; i < sizeof v / sizeof v[0]; i++)
        s->hash = (s->hash ^ v[i]) * UINT64_C(0x100000001b3);
    for (i = 0; i < f->len && i < 64; i++)
        s->hash = (s->hash ^ f->ipv4[i]) * UINT64_C(0x100000001b3);
    s->frames++;
    return 0;
}

/* In pieces it is the same capture, with the same fault. */
static void check_pieces(const uint8_t *octets, size_t len)
{
    struct sum whole = { 0, 0 }, parts = { 0, 0 };
    size_t piece = len % 61 + 1, from = 0, have = 0, used;
    uint8_t *at_hand = malloc(len + 1);
    struct capture_fault fault;
    struct capture_reader r;
    int a = capture_walk(octets, len, add_frame, &whole, &fault), b = 0;

    FUZZ_CHECK(at_hand != NULL);
    capture_begin(&r, add_frame, &parts);
    do {
        size_t n = len - from < piece ? len - from : piece;

        memcpy(at_hand + have, octets + from, n);
        have += n;
        from += n;
        b = capture_feed(&r, at_hand, have, from == len, &used);
        FUZZ_CHECK(used <= have);
        have -= used;
        memmove(at_hand, at_hand + used, have);
    } while (b == 0 && from < len);
    FUZZ_CHECK(a == b && whole.frames == parts.frames &&
               whole.hash == parts.hash);
    FUZZ_CHECK(strcmp(fault.text, r.fault.text) == 0 &&
               fault.at == r.fault.at);
    free(at_hand);
}

static void check_parse(const uint8_t *octets, size_t len)
{
    struct capture c;
    size_t i;
    int r = capture_parse(octets, len, 0, &c);

    if (r < 0)
        FUZZ_CHECK(c.fault.text[0] != '\0' && c.fault.at <= len &&
                   c.count == 0);
    else
        FUZZ_CHECK(c.count > 0 && c.packets[0].at_ns == 0);
    for (i = 1; r == 0 && i < c.count; i++)
        FUZZ_CHECK(c.packets[i - 1].at_ns <= c.packets[i].at_ns);
    capture_fini(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    char *json, *report = told(octets, len, &json), *again;
    json_error_t err;
    json_t *j = json_loads(json, 0, &err);

    check_text(report);
    FUZZ_CHECK(j != NULL);
    json_decref(j);
    free(json);
    if (len % 8 == 0) { /* its tables take megabytes, and so time */
        again = told(octets, len, NULL);
        FUZZ_CHECK(strcmp(report, again) == 0);
        free(again);
    }
    free(report);
    check_parse(octets, len);
    check_pieces(octets, len);
    return 0;
}
