/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser of timed scripts, on any text: src/script/parse.c. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "script/script.h"

/* A string of the script lies in its text and ends there. */
static void in_text(const struct script *s, const char *t, size_t len)
{
    if (t == NULL)
        return;
    FUZZ_CHECK(t >= s->text && t <= s->text + len);
    FUZZ_CHECK(strlen(t) <= (size_t)(s->text + len - t));
}

static void check_step(const struct script *s, uint32_t i, size_t len)
{
    const struct script_step *step = &s->steps[i];
    uint32_t k;

    FUZZ_CHECK(step->line > 0 && step->from_ns <= step->to_ns);
    FUZZ_CHECK(step->kind <= SCRIPT_END);
    FUZZ_CHECK(step->fields <= SCRIPT_FIELDS_MAX);
    in_text(s, step->who, len);
    for (k = 0; k < step->fields; k++) {
        const struct script_value *v = &step->field[k].value;

        in_text(s, step->field[k].name, len);
        FUZZ_CHECK(v->type <= SCRIPT_ABSENT);
        if (v->type == SCRIPT_TEXT && v->len > 0)
            FUZZ_CHECK(v->text >= s->text &&
                       v->text + v->len <= s->text + len);
    }
    if (step->kind == SCRIPT_REPEAT) {
        FUZZ_CHECK(step->jump > i && step->jump < s->count);
        FUZZ_CHECK(s->steps[step->jump].kind == SCRIPT_END);
        FUZZ_CHECK(s->steps[step->jump].jump == i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static char why[256];
    struct script s;
    uint32_t i;
    int r;

    memset(why, 'x', sizeof why);
    r = script_parse(&s, "fuzz", (const char *)octets, len, why, sizeof why);
    if (r != 0) {
        FUZZ_CHECK(r == -1);
        FUZZ_CHECK(memchr(why, '\0', sizeof why) != NULL);
        FUZZ_CHECK(strncmp(why, "fuzz:", 5) == 0);
        FUZZ_CHECK(strchr(why, '\n') == NULL);
        return 0;
    }
    FUZZ_CHECK(s.count <= SCRIPT_STEPS_MAX);
    for (i = 0; i < s.count; i++)
        check_step(&s, i, len);
    script_free(&s);
    return 0;
}
