/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timed scripts: the language, the runner's judgement and its reports, and the
 * same script in the bare and in the simulated world. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/member.h"
#include "conf/pptp_keys.h"
#include "script/fields.h"
#include "script/script.h"
#include "script/world.h"
#include "tests/support/stride.h"
#include "tool/script_cmd.h"

/* The beginning that most scripts share: a connection that is up. */
#define UP "< c1 accept\n< c1 SCCRQ\n> c1 SCCRP\n> c1 up\n"
/* A PAC, and a call that the other side has placed, up; $id is its id. */
#define CALL                                                              \
    UP "< c1 OCRQ call_id=7\n> k1 new on=c1\n> k1 dial\n< k1 connected\n" \
       "> c1 OCRP call_id=$id peer_call_id=7\n> k1 up\n"

static struct script script;
static char why[600];

static int parse(const char *text)
{
    why[0] = '\0';
    return script_parse(&script, "x.pt", text, strlen(text), why, sizeof why);
}

/* What a run says, for the caller to free. */
static char *said;
static uint64_t decisions;

static enum script_result run_in(struct script_world *w, const char *text,
                                 bool verbose)
{
    enum script_result result;
    size_t n;
    FILE *out = open_memstream(&said, &n);

    ck_assert_ptr_nonnull(out);
    ck_assert_ptr_nonnull(w);
    ck_assert_msg(parse(text) == 0, "%s", why);
    result = script_run(&script, w, verbose, out, out, &decisions);
    w->ops->stop(w);
    script_free(&script);
    fclose(out);
    return result;
}

static enum script_result run(const char *text)
{
    return run_in(script_world_bare_new(), text, false);
}

static void passes(const char *text)
{
    enum script_result result = run(text);

    ck_assert_msg(result == SCRIPT_PASS, "%.2000s", said);
    ck_assert_str_eq(said, "");
    free(said);
}

/* --- the parser's words -------------------------------------------------- */

static const struct {
    const char *text, *why;
} bad[] = {
    { "", "x.pt: nothing to judge" },
    { "# wait\n\n \t# wait", "x.pt: nothing to judge" },
    { "nonsense", "x.pt:1: `nonsense` is no statement; allowed are config" },
    { "\n\n  walk", "x.pt:3: `walk` is no statement" },
    { "wait\r\nwalk\r\n", "x.pt:2: `walk` is no statement" },
    { "+1", "x.pt:1: a statement is expected after the time" },
    { "+ wait", "x.pt:1: '' is not a time" },
    { "+5x wait", "x.pt:1: " },
    { "+-5 wait", "x.pt:1: " },
    { "@ wait", "x.pt:1: " },
    { "+1e9 wait", "x.pt:1: " },
    { "+4000000h wait", "x.pt:1: `4000000h`: a script lasts" },
    { "+1~2 wait", "x.pt:1: only an expectation has a range" },
    { "+1~2 < c1 SCCRQ", "x.pt:1: only an expectation has a range" },
    { "+2~1 > c1 SCCRP", "x.pt:1: a range of times goes upwards" },
    { "+1~ > c1 SCCRP", "x.pt:1: " },
    { "+1 config role=pac", "x.pt:1: `config` has no time" },
    { "@1 limits calls=1", "x.pt:1: `limits` has no time" },
    { "+1 needs inside", "x.pt:1: `needs` has no time" },
    { "needs", "x.pt:1: `needs inside` is all there is" },
    { "needs outside", "x.pt:1: `needs inside` is all there is" },
    { "needs inside more", "x.pt:1: nothing is expected after `needs`" },
    { "wait 5", "x.pt:1: nothing is expected after `wait`" },
    { "config role", "x.pt:1: `role`: FIELD=VALUE is expected" },
    { "config =pac", "x.pt:1: `=pac`: FIELD=VALUE is expected" },
    { "config role=", "x.pt:1: a value is missing after =" },
    { "config role=pac role=pns", "x.pt:1: `role` is named twice" },
    { "<", "x.pt:1: a name and what happens are expected" },
    { "> c1", "x.pt:1: a name and what happens are expected" },
    { "do c1", "x.pt:1: a name and what happens are expected" },
    { "< c1 SCCRQ what", "x.pt:1: `what`: FIELD=VALUE is expected" },
    { "< c1 SCCRQ result=1x", "x.pt:1: `1x` is no number and no time" },
    { "< c1 SCCRQ result=0x", "x.pt:1: `0x` is no number" },
    { "< c1 SCCRQ result=99999999999999999999", "is no number" },
    { "< c1 SCCRQ @=1", "x.pt:1: ``: a number is expected" },
    { "< c1 SCCRQ @1536=1", "octets 0…1535 can be patched" },
    { "< c1 SCCRQ @-1=1", "x.pt:1: `-1`: a number is expected" },
    { "< c1 SCCRQ a=$", "x.pt:1: a name is expected after $" },
    { "< c1 SCCRQ a=$!", "x.pt:1: a name is expected after $" },
    { "< c1 SCCRQ a=$+1", "x.pt:1: a name is expected after $" },
    { "< c1 SCCRQ a=$x+", "x.pt:1: ``: a number is expected" },
    { "< c1 SCCRQ a=$x+y", "x.pt:1: `y`: a number is expected" },
    { "< c1 octets data=hex:0", "x.pt:1: `0` is not hex" },
    { "< c1 octets data=hex:00fg", "x.pt:1: `00fg` is not hex" },
    { "< c1 octets data=hex:0 1", "x.pt:1: `0` is not hex" },
    { "< c1 octets data=\"ab", "x.pt:1: a text ends with a quote" },
    { "< c1 octets data=\"ab\"c", "x.pt:1: a text ends with a quote" },
    { "< c1 octets data=\"a\\q\"", "x.pt:1: after a \\ in a text" },
    { "< c1 octets data=\"a\\x1\"", "x.pt:1: after a \\ in a text" },
    { "< c1 octets data=\"a\\", "x.pt:1: after a \\ in a text" },
    { "?", "x.pt:1: `? PATH OP VALUE` is expected" },
    { "? c1.state", "x.pt:1: `? PATH OP VALUE` is expected" },
    { "? c1.state ==", "x.pt:1: `? PATH OP VALUE` is expected" },
    { "? c1.state == up down", "x.pt:1: `? PATH OP VALUE` is expected" },
    { "? c1.state = up", "x.pt:1: `=` is no comparison" },
    { "repeat", "x.pt:1: `repeat N` with 1…100000 is expected" },
    { "repeat 0\nend", "x.pt:1: `repeat N` with" },
    { "repeat 100001\nend", "x.pt:1: `repeat N` with" },
    { "repeat -1\nend", "x.pt:1: `repeat N` with" },
    { "repeat x\nend", "x.pt:1: `repeat N` with" },
    { "repeat 2 3\nend", "x.pt:1: nothing is expected after `repeat`" },
    { "wait\nrepeat 2\nwait", "x.pt:2: `repeat` without `end`" },
    { "repeat 2\nrepeat 2\nend", "x.pt:1: `repeat` without `end`" },
    { "wait\nend", "x.pt:2: `end` without `repeat`" },
    { "repeat 2\nend\nend", "x.pt:3: `end` without `repeat`" },
    { "repeat 2\nend end", "x.pt:2: nothing is expected after `end`" },
    { "repeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\n"
      "repeat 1\nrepeat 1\n",
      "x.pt:9: more than 8 blocks in one another" },
    { "< c1 SCCRQ a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 n=1 "
      "o=1 p=1 q=1 r=1 s=1 t=1 u=1 v=1 w=1 x=1 y=1",
      "x.pt:1: more than 24 fields" },
};

START_TEST(a_mistake_is_named_with_its_line)
{
    ck_assert_int_eq(parse(bad[_i].text), -1);
    ck_assert_msg(strstr(why, bad[_i].why) != NULL, "`%s`: %s", bad[_i].text,
                  why);
    ck_assert_ptr_null(strchr(why, '\n'));
    /* nothing is left that would have to be freed */
    ck_assert_ptr_null(script.steps);
    ck_assert_ptr_null(script.text);
}
END_TEST

static const struct {
    const char *text;
    enum script_value_type type;
    uint64_t number;
    bool timed;
    int64_t add;
    const char *octets;
    size_t len;
} values[] = {
    { "12", SCRIPT_NUMBER, 12, false, 0, NULL, 0 },
    { "0x0C", SCRIPT_NUMBER, 12, false, 0, NULL, 0 },
    { "18446744073709551615", SCRIPT_NUMBER, UINT64_MAX, false, 0, NULL, 0 },
    { "50ms", SCRIPT_NUMBER, 50000000, true, 0, NULL, 0 },
    { "1.5s", SCRIPT_NUMBER, 1500000000, true, 0, NULL, 0 },
    { ".5s", SCRIPT_NUMBER, 500000000, true, 0, NULL, 0 },
    { "2min", SCRIPT_NUMBER, UINT64_C(120000000000), true, 0, NULL, 0 },
    { "\"text\"", SCRIPT_TEXT, 0, false, 0, "text", 4 },
    { "\"a # b = c\"", SCRIPT_TEXT, 0, false, 0, "a # b = c", 9 },
    { "\"\\n\\\\\\x00\\x7f\"", SCRIPT_TEXT, 0, false, 0, "\n\\\0\x7f", 4 },
    { "\"\"", SCRIPT_TEXT, 0, false, 0, "", 0 },
    { "hex:00ff12", SCRIPT_TEXT, 0, false, 0, "\x00\xff\x12", 3 },
    { "hex:", SCRIPT_TEXT, 0, false, 0, "", 0 },
    { "pac", SCRIPT_WORD, 0, false, 0, "pac", 3 },
    { "10.0.0.9", SCRIPT_WORD, 0, false, 0, "10.0.0.9", 8 },
    { "$x", SCRIPT_VAR, 0, false, 0, "x", 1 },
    { "$!x", SCRIPT_VAR, 0, false, 0, "!x", 2 },
    { "$x+1", SCRIPT_VAR, 0, false, 1, "x", 1 },
    { "$x-0x10", SCRIPT_VAR, 0, false, -16, "x", 1 },
    /* the one whose negative does not exist */
    { "$x-0x8000000000000000", SCRIPT_VAR, 0, false, INT64_MIN, "x", 1 },
    { "*", SCRIPT_ANY, 0, false, 0, NULL, 0 },
    { "-", SCRIPT_ABSENT, 0, false, 0, NULL, 0 },
};

START_TEST(a_value_is_what_it_says)
{
    const struct script_value *v;
    char line[200];

    snprintf(line, sizeof line, "< c1 SCCRQ f=%s # comment", values[_i].text);
    ck_assert_msg(parse(line) == 0, "%s", why);
    ck_assert_uint_eq(script.count, 1);
    ck_assert_uint_eq(script.steps[0].fields, 1);
    v = &script.steps[0].field[0].value;
    ck_assert_int_eq(v->type, values[_i].type);
    ck_assert_uint_eq(v->number, values[_i].number);
    ck_assert_int_eq(v->timed, values[_i].timed);
    ck_assert_int_eq(v->add, values[_i].add);
    if (values[_i].type == SCRIPT_TEXT) {
        ck_assert_uint_eq(v->len, values[_i].len);
        ck_assert_mem_eq(v->text, values[_i].octets, v->len);
    } else if (values[_i].octets != NULL) {
        ck_assert_str_eq(v->text, values[_i].octets);
    }
    script_free(&script);
}
END_TEST

START_TEST(a_step_is_what_its_line_says)
{
    static const struct {
        enum script_kind kind;
        uint32_t line;
        pptp_ns from, to;
        bool absolute, exact;
    } want[] = {
        { SCRIPT_CONFIG, 2, 0, 0, false, false },
        { SCRIPT_NEEDS, 3, 0, 0, false, false },
        { SCRIPT_SEND, 5, 0, 0, false, false },
        { SCRIPT_EXPECT, 6, 1500000000, 1500000000, false, false },
        { SCRIPT_EXPECT, 7, 1000000, 2000000000, false, true },
        { SCRIPT_DO, 8, 60000000000, 60000000000, true, false },
        { SCRIPT_REPEAT, 9, 0, 0, false, false },
        { SCRIPT_WAIT, 10, 3000000000, 3000000000, false, false },
        { SCRIPT_END, 11, 0, 0, false, false },
        { SCRIPT_ASK, 12, 0, 0, false, false },
    };
    uint32_t i;

    ck_assert_msg(parse("# comment\nconfig role=pac\nneeds inside\n \t\n"
                        "< c1 SCCRQ @9=0xff\n\t+1.5 > c1 SCCRP\r\n"
                        "+1ms~2 >! c1 SCCRP result=1\n"
                        "@1min do c1 stop\nrepeat 3\n+3 wait\nend\n"
                        "? stats.msgs_tx >= 4") == 0,
                  "%s", why);
    ck_assert_uint_eq(script.count, sizeof want / sizeof want[0]);
    for (i = 0; i < script.count; i++) {
        ck_assert_int_eq(script.steps[i].kind, want[i].kind);
        ck_assert_uint_eq(script.steps[i].line, want[i].line);
        ck_assert_uint_eq(script.steps[i].from_ns, want[i].from);
        ck_assert_uint_eq(script.steps[i].to_ns, want[i].to);
        ck_assert_int_eq(script.steps[i].absolute, want[i].absolute);
        ck_assert_int_eq(script.steps[i].exact, want[i].exact);
    }
    ck_assert_ptr_null(script.steps[2].field[0].name);
    ck_assert_uint_eq(script.steps[2].field[0].at, 9);
    ck_assert_uint_eq(script.steps[6].jump, 8);
    ck_assert_uint_eq(script.steps[8].jump, 6);
    ck_assert_str_eq(script.steps[9].who, "stats.msgs_tx");
    ck_assert_str_eq(script.steps[9].what, ">=");
    script_free(&script);
}
END_TEST

START_TEST(a_file_has_bounds)
{
    const uint32_t steps = SCRIPT_STEPS_MAX + 1;
    char *text = malloc((size_t)steps * 5), *at = text;
    uint32_t i;

    ck_assert_ptr_nonnull(text);
    for (i = 0; i < steps; i++, at += 5)
        memcpy(at, "wait\n", 5);
    ck_assert_int_eq(script_parse(&script, "x.pt", text,
                                  (size_t)(steps - 1) * 5, why, sizeof why),
                     0);
    ck_assert_uint_eq(script.count, SCRIPT_STEPS_MAX);
    script_free(&script);
    ck_assert_int_eq(script_parse(&script, "x.pt", text, (size_t)steps * 5,
                                  why, sizeof why),
                     -1);
    ck_assert_str_eq(why, "x.pt:100001: more than 100000 steps");
    free(text);
    ck_assert_int_eq(
        script_parse(&script, "x.pt", "wait\nwa\0it", 10, why, sizeof why),
        -1);
    ck_assert_str_eq(why, "x.pt:2: this is not a text file");
    ck_assert_int_eq(script_load(&script, "/nowhere/x.pt", why, sizeof why),
                     -1);
    ck_assert_str_eq(why, "/nowhere/x.pt: No such file or directory");
    script_free(&script);
}
END_TEST

START_TEST(a_short_buffer_gets_a_short_reason)
{
    char tiny[8] = "";

    ck_assert_int_eq(
        script_parse(&script, "long-name.pt", "walk", 4, tiny, sizeof tiny),
        -1);
    ck_assert_str_eq(tiny, "long-na");
}
END_TEST

/* --- the runner's judgement ---------------------------------------------- */

static const char *const good[] = {
    "wait\n",
    "# nothing but this\nwait\n",
    UP,
    /* wherever it is sent from, `c1` is one connection */
    "< c1 accept from=10.0.0.1\n< c2 accept from=10.0.0.2\n< c2 SCCRQ\n"
    "> c2 SCCRP\n> c2 up\n< c1 SCCRQ\n> c1 SCCRP\n> c1 up\n",
    /* each connection is a stream of its own, inside is another */
    "< c1 accept from=10.0.0.1\n< c2 accept from=10.0.0.2\n< c2 SCCRQ\n"
    "< c1 SCCRQ\n> c1 SCCRP\n> c2 up\n> c1 up\n> c2 SCCRP\n",
    /* values: word, number, *, text, length that follows its text */
    "config role=pns host_name=\"me\" idle_timeout=1h\n< c1 accept\n"
    "< c1 SCCRQ\n> c1 SCCRP host_name=\"me\" vendor_name=\"\" result=1 "
    "framing_caps=* length=156 message_type=1 magic_cookie=0x1a2b3c4d\n"
    "> c1 up\n",
    /* >! and a field named each */
    UP "< c1 EchoRQ identifier=5\n"
       ">! c1 EchoRP identifier=5 result=1\n",
    /* variables: bound once, computed with, bound anew, wrapping */
    UP "+60 > c1 EchoRQ identifier=$e\n< c1 EchoRP identifier=$e\n"
       "+60 > c1 EchoRQ identifier=$e+1\n< c1 EchoRP identifier=$e+1\n"
       "+60 > c1 EchoRQ identifier=$!f\n< c1 EchoRP identifier=$f\n"
       "+60 > c1 EchoRQ identifier=$f+4294967297\n",
    /* blocks in blocks; a name and $! in them bound again and again */
    UP "repeat 3\nrepeat 2\n+60 > c1 EchoRQ identifier=$!e\n"
       "< c1 EchoRP identifier=$e\nend\nend\n? stats.msgs_tx == 7\n",
    "repeat 3\n< c1 accept\n< c1 SCCRQ\n> c1 SCCRP\n> c1 up\n"
    "< c1 StopCCRQ\n> c1 StopCCRP\n> c1 close\n> c1 down\nend\n",
    /* times: after the step before, a range, from the start */
    UP "+10 wait\n+50 > c1 EchoRQ identifier=$a\n< c1 EchoRP identifier=$a\n"
       "+1min~1h > c1 EchoRQ identifier=$b\n< c1 EchoRP identifier=$b\n"
       "@180 > c1 EchoRQ\n",
    /* a message in pieces, in one piece, and what is kept of it */
    "< c1 accept\n< c1 SCCRQ split=1\n> c1 SCCRP\n> c1 up\n",
    "< c1 accept\n< c1 SCCRQ join=1\n< c1 EchoRQ identifier=3 split=100\n"
    "> c1 SCCRP\n> c1 up\n> c1 EchoRP identifier=3\n",
    UP "< c1 EchoRQ identifier=9 cut=5\n+1 wait\n"
       "< c1 octets data=hex:2b3c4d00050000 join=1\n"
       "< c1 octets data=\"\\x00\\x00\\x00\\x09\" split=3\n"
       "> c1 EchoRP identifier=9\n",
    /* what is built: cut, padded with zeros, patched */
    "< c1 accept\n< c1 SCCRQ @15=1 @4=0\n> c1 close\n> c1 down\n",
    UP "< c1 EchoRQ length=20 pad=4\n+0 > c1 close\n> c1 down\n",
    UP "< c1 EchoRQ cut=1 pad=1\n+0 > c1 close\n> c1 down\n",
    UP "< c1 EchoRQ cut=0 pad=1\n< c1 octets data=hex:100001\n"
       "< c1 octets data=hex:1a2b3c4d0005000000000007\n"
       "> c1 EchoRP identifier=7\n",
    /* answers of the peer, and names it does not know any more */
    UP "do c1 stop reason=3\n> c1 StopCCRQ reason=3\n< c1 StopCCRP\n"
       "> c1 close\n> c1 down\n< c1 EchoRQ returns=unknown\n"
       "do c1 stop returns=unknown\n",
    /* the other way round, to where it says */
    "do c1 open to=10.0.0.77\n> c1 open to=10.0.0.77\n< c1 failed\n"
    "> c1 close\n> c1 down\ndo c1 open\n> c1 open to=*\n< c1 connected\n"
    "> c1 SCCRQ\n",
    /* calls: frames, GRE with and without numbers, inside */
    CALL "? k1.state == established\n? k1.machine == pac_outgoing\n"
         "? k1.peer_id == 7\n? k1.local_id == $id\n"
         "do k1 frame len=40 count=2\n> gre packet call=7 seq=0 ack=- len=40 "
         "protocol=0x880b\n> gre packet call=7 seq=$s\n"
         "+10ms < gre packet call=$id ack=$s\n? k1.last_rtt == 10ms\n"
         "? k1.last_rtt <= .01s\n? k1.last_rtt < 11ms\n"
         "? k1.last_rtt > 9ms\n? k1.last_rtt != 9ms\n? k1.last_rtt >= 1ms\n"
         "do k1 hold\n< gre packet call=$id seq=0 len=9\n> k1 frame len=9\n"
         "? k1.held == 1\ndo k1 digest\n? k1.held == 0\n"
         "+0~1 > gre packet seq=- ack=0\n"
         "< k1 dropped\n> c1 CDN\n> k1 hangup\n> k1 down was_up=1\n"
         "? k1.gone == true\n",
    /* GRE from another address, cut, with a broken header, is nothing */
    CALL "< gre packet from=10.0.0.8 call=$id seq=0 len=9\n"
         "< gre packet to=10.0.0.3 call=$id seq=0 len=9\n"
         "< gre packet call=$id seq=0 len=9 cut=3\n"
         "< gre packet call=$id seq=0 len=9 @1=0x99\n"
         "< gre packet call=$id seq=0 payload_len=10 len=9\n",
};

START_TEST(a_right_script_passes)
{
    passes(good[_i]);
}
END_TEST

static const struct {
    enum script_result result;
    const char *text, *says;
} wrong[] = {
    /* the peer did something else */
    { SCRIPT_FAIL, UP "> c1 SCCRP\n", "x.pt:5: nothing came" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ\n",
      "x.pt:5: nothing was expected at this time\n  expected: nothing more\n"
      "  came:     c1 EchoRP" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ\n+1 wait\n",
      "x.pt:6: nothing was expected at this time\n  expected: +1 wait\n"
      "  came:     c1 EchoRP" },
    { SCRIPT_FAIL, UP "+61 wait\n", "x.pt:5: nothing was expected at this" },
    { SCRIPT_FAIL, UP "+61 > c1 EchoRQ\n", "x.pt:5: it came too early" },
    { SCRIPT_FAIL, UP "+59 > c1 EchoRQ\n", "x.pt:5: nothing came" },
    { SCRIPT_FAIL, UP "+1~59 > c1 EchoRQ\n", "x.pt:5: nothing came" },
    { SCRIPT_FAIL, UP "+61~70 > c1 EchoRQ\n", "x.pt:5: it came too early" },
    { SCRIPT_FAIL, UP "@59 > c1 EchoRQ\n", "x.pt:5: nothing came" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ\n> c1 StopCCRP\n",
      "x.pt:6: another message came" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ\n> c1 close\n",
      "x.pt:6: something else came" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ identifier=5\n> c1 EchoRP identifier=6\n",
      "x.pt:6: identifier is not what was expected" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ identifier=5\n>! c1 EchoRP\n",
      "x.pt:6: identifier is not zero" },
    { SCRIPT_FAIL, "< c1 accept\n< c1 SCCRQ\n> c1 SCCRP vendor_name=\"you\"\n",
      "x.pt:3: vendor_name is not what was expected" },
    { SCRIPT_FAIL, "< c1 accept\n< c1 SCCRQ\n> c1 SCCRP vendor_name=0\n",
      "x.pt:3: vendor_name is not what was expected" },
    { SCRIPT_FAIL, UP "? c1.state == idle\n",
      "x.pt:5: the assertion does not hold\n  expected: ? c1.state == idle\n"
      "  came:     c1.state is 2" },
    { SCRIPT_FAIL,
      CALL "< k1 dropped\n> c1 CDN\n> k1 hangup\n> k1 down "
           "was_up=0\n",
      "was_up is not what was expected" },
    { SCRIPT_FAIL,
      "limits calls=1\n" CALL
      "< k1 dropped\n> c1 CDN\n> k1 hangup\n> k1 down\n"
      "< c1 OCRQ call_id=8\n> k2 new\n> k2 dial\n? k1.cwnd == 1\n",
      "the call is gone" },
    { SCRIPT_FAIL, CALL "? k1.gone == true\n", "k1.gone is 0" },
    { SCRIPT_FAIL, UP "< c1 EchoRQ returns=state\n",
      "x.pt:5: it returned `ok`, not `state`" },
    { SCRIPT_FAIL, "do c1 open\n> c1 open to=10.0.0.8\n",
      "x.pt:2: to is not what was expected" },
    { SCRIPT_FAIL, CALL "do k1 frame\n> gre packet seq=-\n", "seq is there" },
    { SCRIPT_FAIL, CALL "do k1 frame\n> gre packet ack=0\n",
      "ack is not there" },
    { SCRIPT_FAIL, CALL "do k1 frame\n> gre packet call=8\n",
      "call is not what was expected" },
    /* a second name for what has one already is a slip of the pen */
    { SCRIPT_FAIL, "< c1 accept\n< c1 SCCRQ\n> c2 SCCRP\n",
      "x.pt:3: it was c1" },
    { SCRIPT_FAIL,
      "< c1 accept from=10.0.0.1\n< c2 accept from=10.0.0.2\n"
      "< c1 SCCRQ\n< c2 SCCRQ\n> c1 SCCRP\n> c2 SCCRP\n> c2 up\n",
      "x.pt:7: it was not c2" },
    /* the script itself is wrong */
    { SCRIPT_MISTAKE, UP "config role=pac\n", "x.pt:5: config and limits" },
    { SCRIPT_MISTAKE, "config rol=pac\n",
      "x.pt:1: unknown key 'rol'; did you mean 'role'?\n" },
    { SCRIPT_MISTAKE, "limits call=1\n", "did you mean 'calls'?\n" },
    { SCRIPT_MISTAKE, "config @1=0\n", "x.pt:1: there is no key `@`" },
    { SCRIPT_MISTAKE, "wait\nconfig role=pac\n", "x.pt:2: config and lim" },
    { SCRIPT_MISTAKE, "config role=pac\nneeds inside\n",
      "x.pt:2: nothing to judge" },
    /* of a key what is allowed is said: words, numbers, times */
    { SCRIPT_MISTAKE, "config role=foo\n",
      "x.pt:1: key 'role': 'foo' is not one of pac, pns, both\n" },
    { SCRIPT_MISTAKE, "config role=on\n", "'on' is not one of pac, pns, bo" },
    { SCRIPT_MISTAKE, "config role=pa\n",
      "pac, pns, both; did you mean 'pac'?\n" },
    { SCRIPT_MISTAKE, "config role=256\n", "'256' is not one of pac, pns" },
    { SCRIPT_MISTAKE, "config role=\"pac\"\n", "a number is expected" },
    { SCRIPT_MISTAKE, "config windowing=true\n",
      "'true' is not one of on, off, auto\n" },
    { SCRIPT_MISTAKE, "config ack=on\n",
      "'on' is not one of delivery, receipt\n" },
    { SCRIPT_MISTAKE, "config allow_multiple=2\n",
      "'2' is neither true nor false\n" },
    { SCRIPT_MISTAKE, "config rtt_cap=perhaps\n",
      "'perhaps' is neither true nor false\n" },
    { SCRIPT_MISTAKE, "config engine=steam\n",
      "'steam' is not one of rfc2637, fixed, off, netgraph\n" },
    { SCRIPT_MISTAKE, "config engine=5\n", "'5' is not one of rfc2637, " },
    { SCRIPT_MISTAKE, "config recv_window=0\n",
      "x.pt:1: key 'recv_window': 0 is out of range; allowed: 1packets to "
      "65535packets\n" },
    { SCRIPT_MISTAKE, "config recv_window=true\n", "'true' is not a number" },
    { SCRIPT_MISTAKE, "config idle_timeout=0\n", "allowed: 1ms to 24h\n" },
    { SCRIPT_MISTAKE, "config idle_timeout=25h\n",
      "25h is out of range; allowed: 1ms to 24h\n" },
    { SCRIPT_MISTAKE, "config alpha=1.5\n", "allowed: 0.0001 to 1\n" },
    { SCRIPT_MISTAKE, "limits calls=0\n",
      "x.pt:1: key 'calls': 0 is out of range; allowed: 1 to 1048575\n" },
    { SCRIPT_MISTAKE, "limits actions=15\n", "allowed: 16 to 65536\n" },
    { SCRIPT_MISTAKE, "config recv_window=4 reorder_hold=1s\nwait\n",
      "x.pt:1: reorder_packets is greater than recv_window" },
    { SCRIPT_MISTAKE, "config min_timeout=2 max_timeout=1\n\nwait\n",
      "x.pt:1: min_timeout is greater than max_timeout" },
    { SCRIPT_MISTAKE, "config host_name=5\n", "a text of at most 64 octets" },
    { SCRIPT_MISTAKE, "config ppd_ds=5ms\n", "'5ms' is not a" },
    { SCRIPT_MISTAKE, "config ppd_ds=$x\n", "$x is not bound yet" },
    { SCRIPT_MISTAKE, "< c1 SCCRQ\n", "`c1` is no control connection yet" },
    { SCRIPT_MISTAKE, UP "do c1 clear\n", "`c1` is no call yet" },
    { SCRIPT_MISTAKE, UP "< c1 explosion\n", "is nothing that can happen" },
    { SCRIPT_MISTAKE, UP "> c1 explosion\n", "is nothing that can be exp" },
    { SCRIPT_MISTAKE, UP "> k9 hangup\n", "is the name bound?" },
    { SCRIPT_MISTAKE, UP "do c1 dance\n", "open, stop, ring, call, clear" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ colour=1\n", "no field `colour`" },
    { SCRIPT_MISTAKE, UP "< c1 accept colour=1\n", "no field `colour`" },
    { SCRIPT_MISTAKE, UP "< gre packet colour=1\n", "no field `colour`" },
    { SCRIPT_MISTAKE, UP "do c1 stop colour=1\n", "no field `colour`" },
    { SCRIPT_MISTAKE, UP "do k1 call on=c1 colour=1\n", "no field `colour`" },
    { SCRIPT_MISTAKE, UP "do k1 call on=c9\n", "on= needs the name of a" },
    { SCRIPT_MISTAKE, UP "do k1 ring\n", "on= needs the name of a" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ\n> c1 EchoRP colour=1\n", "no field" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ\n> c1 EchoRP @3=1\n", "no field `@`" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ identifier=$e\n", "$e is not bound" },
    { SCRIPT_MISTAKE, UP "+60 > c1 EchoRQ identifier=$e+1\n", "$e cannot be" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ identifier=\"a\"\n", "a number is exp" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ identifier=horse\n", "`horse` is no n" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ identifier=0x100000000\n",
      "identifier does not fit 4 octets" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ\n> c1 EchoRP result=256\n",
      "the value does not fit 1 octets" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ identifier=5ms\n", "not a time" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ @16=1\n", "@16 is beyond the message" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ @1=256\n", "its value beyond 255" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ cut=17\n", "cut is more than 16" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ pad=1537\n", "pad is more than 1536" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ returns=horse\n", "returns= ok value" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ returns=5\n", "returns= ok value" },
    { SCRIPT_MISTAKE, UP "< c1 octets\n", "`octets` needs data=hex:" },
    { SCRIPT_MISTAKE, UP "< c1 octets data=5\n", "`octets` needs data=hex:" },
    { SCRIPT_MISTAKE, UP "< c1 EchoRQ join=1\n", "were never sent" },
    { SCRIPT_MISTAKE,
      "< c1 accept\n< c2 accept from=10.0.0.8\n< c1 SCCRQ join=1\n"
      "< c2 SCCRQ\n",
      "x.pt:4: octets of `c1` with join=1 wait: its next ones" },
    { SCRIPT_MISTAKE, "< c1 accept from=there\n", "an address as in" },
    { SCRIPT_MISTAKE, "do c1 open\n> c1 open to=5\n", "x.pt:2: " },
    { SCRIPT_MISTAKE, UP "? c1 == 5\n", "a path is NAME.FIELD" },
    { SCRIPT_MISTAKE, UP "? c1.colour == 5\n", "has .state only" },
    { SCRIPT_MISTAKE, UP "? c9.state == idle\n", "`c9` is not bound yet" },
    { SCRIPT_MISTAKE, UP "? c1.state == 2\n", "no state of a control" },
    { SCRIPT_MISTAKE, UP "? c1.state == asleep\n", "no state of a control" },
    { SCRIPT_MISTAKE, UP "? stats.colour == 5\n", "there is no `colour`" },
    { SCRIPT_MISTAKE, CALL "? k1.state == idol\n", "no state of a call" },
    { SCRIPT_MISTAKE, CALL "? k1.colour == 1\n", "there is no `colour`" },
    { SCRIPT_MISTAKE, UP "+2 wait\n@1 wait\n", "this time has passed" },
};

START_TEST(a_wrong_script_says_why)
{
    enum script_result result = run(wrong[_i].text);

    ck_assert_msg(result == wrong[_i].result, "%s\n%.2000s", wrong[_i].text,
                  said);
    ck_assert_msg(strstr(said, wrong[_i].says) != NULL, "%s\n%.2000s",
                  wrong[_i].text, said);
    /* a mistake needs no time line, a failure does */
    ck_assert_int_eq(strstr(said, "the last of the time line") != NULL,
                     result == SCRIPT_FAIL);
    free(said);
}
END_TEST

START_TEST(a_report_ends_with_the_time_line)
{
    char text[4000] = UP, *at;
    unsigned i;

    for (i = 0; i < 50; i++)
        strcat(text, "< c1 EchoRQ identifier=5\n> c1 EchoRP\n");
    strcat(text, "+1.5 < c1 EchoRQ identifier=77\n> c1 close\n");
    ck_assert_int_eq(run(text), SCRIPT_FAIL);
    ck_assert_ptr_nonnull(strstr(said, "       1.500000   +1.5 < c1 EchoRQ "
                                       "identifier=77\n"));
    ck_assert_ptr_nonnull(strstr(said, "       1.500000 * c1 EchoRP "
                                       "identifier=77"));
    at = strstr(said, "the last of the time line");
    ck_assert_ptr_nonnull(at);
    for (i = 0; (at = strchr(at, '\n')) != NULL; i++)
        at++;
    ck_assert_uint_eq(i, 1 + 40);
    ck_assert_ptr_null(strstr(said, "accept")); /* 100 lines before */
    free(said);
}
END_TEST

START_TEST(the_whole_time_line_when_asked_for)
{
    enum script_result result = run_in(script_world_bare_new(),
                                       UP "+60 > c1 EchoRQ\n", true);

    ck_assert_int_eq(result, SCRIPT_PASS);
    ck_assert_ptr_nonnull(strstr(said, "       0.000000   < c1 accept\n"));
    ck_assert_ptr_nonnull(strstr(said, "      60.000000 * c1 EchoRQ "));
    free(said);
}
END_TEST

/* --- decisions ----------------------------------------------------------- */

static uint64_t decided(const char *text)
{
    ck_assert_msg(run(text) == SCRIPT_PASS, "%.2000s", said);
    free(said);
    return decisions;
}

START_TEST(decisions_are_what_the_peer_did)
{
    uint64_t one = decided(UP "< c1 EchoRQ identifier=5\n> c1 EchoRP\n");

    /* times and the order between channels aside … */
    ck_assert_uint_eq(one, decided("+5 < c1 accept\n+1 < c1 SCCRQ\n> c1 up\n"
                                   "> c1 SCCRP\n+1 < c1 EchoRQ identifier=5\n"
                                   "> c1 EchoRP\n"));
    /* … every octet counts, how often, and whose it was */
    ck_assert_uint_ne(one, decided(UP "< c1 EchoRQ identifier=6\n"
                                      "> c1 EchoRP\n"));
    ck_assert_uint_ne(one, decided(UP));
    ck_assert_uint_ne(one, decided(UP "< c1 EchoRQ identifier=5\n> c1 EchoRP\n"
                                      "< c1 EchoRQ identifier=5\n"
                                      "> c1 EchoRP\n"));
    ck_assert_uint_ne(decided(UP "< c1 EchoRQ identifier=5\n> c1 EchoRP\n"
                                 "< c1 EchoRQ identifier=6\n> c1 EchoRP\n"),
                      decided(UP "< c1 EchoRQ identifier=6\n> c1 EchoRP\n"
                                 "< c1 EchoRQ identifier=5\n"
                                 "> c1 EchoRP\n"));
    ck_assert_uint_ne(decided("do c1 open to=10.0.0.1\n> c1 open\n"),
                      decided("do c1 open to=10.0.0.2\n> c1 open\n"));
}
END_TEST

/* --- input of any kind --------------------------------------------------- */

static uint64_t dice_state;

static uint32_t dice(uint32_t sides)
{
    dice_state = dice_state * UINT64_C(6364136223846793005) +
                 UINT64_C(1442695040888963407);
    return (uint32_t)(dice_state >> 33) % sides;
}

/* Parses, and runs what can be parsed; there is nothing to assert but that it
 * ends, in one of the ways there are, and that a reason is given. */
static void try_text(const char *text, size_t n)
{
    struct script_world *w;
    enum script_result result;
    char *out = NULL;
    size_t out_n;
    FILE *f;

    why[0] = '\0';
    if (script_parse(&script, "x.pt", text, n, why, sizeof why) < 0) {
        ck_assert_int_eq(strncmp(why, "x.pt:", 5), 0);
        ck_assert_ptr_null(script.steps);
        return;
    }
    f = open_memstream(&out, &out_n);
    w = script_world_bare_new();
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(w);
    result = script_run(&script, w, false, f, f, NULL);
    fclose(f);
    ck_assert_int_le(result, SCRIPT_MISTAKE);
    ck_assert_int_eq(result == SCRIPT_PASS, out_n == 0);
    w->ops->stop(w);
    script_free(&script);
    free(out);
}

START_TEST(random_octets_do_no_harm)
{
    char text[400];
    uint32_t i, k, n;

    dice_state = 1;
    for (i = 0; i < 3000; i++) {
        n = dice(sizeof text);
        for (k = 0; k < n; k++)
            text[k] = (char)dice(256);
        try_text(text, n);
    }
}
END_TEST

START_TEST(random_words_do_no_harm)
{
    static const char *const words[] = {
        "<",
        ">",
        ">!",
        "do",
        "?",
        "wait",
        "repeat",
        "end",
        "config",
        "c1",
        "limits",
        "needs",
        "inside",
        "k1",
        "gre",
        "packet",
        "SCCRQ",
        "SCCRP",
        "EchoRQ",
        "OCRQ",
        "call_id=$x",
        "@3=1",
        "@1=$!x",
        "split=2",
        "up",
        "join=1",
        "from=10.0.0.1",
        "accept",
        "open",
        "stop",
        "closed",
        "5",
        "connected",
        "call",
        "on=c1",
        "frame",
        "len=10",
        "+1",
        "+1~2",
        "@3",
        "==",
        "c1.state",
        "stats.msgs_tx",
        "k1.gone",
        "\n",
        "\n",
        "\n",
        "\n",
        "octets",
        "data=hex:0001",
        "data=\"",
        "role=pac",
        "conns=3",
        "$x+1",
        "seq=-",
        "ack=*",
        "seq=1",
        "new",
        "down",
        "dial",
        "#",
        "returns=ok",
    };
    char text[2000];
    uint32_t i, k, n;

    dice_state = 2;
    for (i = 0; i < 3000; i++) {
        text[0] = '\0';
        for (k = 0, n = dice(60); k < n; k++) {
            strcat(text, words[dice(sizeof words / sizeof words[0])]);
            strcat(text, " ");
        }
        try_text(text, strlen(text));
    }
}
END_TEST

/* A good script with some octets changed, or its end missing. */
START_TEST(broken_scripts_do_no_harm)
{
    const char *text = good[_i];
    size_t n = strlen(text), i;
    char *copy = malloc(n + 1);
    uint32_t k;

    ck_assert_ptr_nonnull(copy);
    dice_state = (uint64_t)_i + 3;
    for (i = 0; i <= n; i += 1 + n / 60)
        try_text(text, i);
    for (i = 0; i < 60 && n > 0; i++) {
        memcpy(copy, text, n);
        for (k = 0; k <= dice(3); k++)
            copy[dice((uint32_t)n)] = "0123456789 =$\"+-@~#\nx:.<>!"[dice(26)];
        try_text(copy, n);
    }
    free(copy);
}
END_TEST

/* --- worlds -------------------------------------------------------------- */

static struct script_world *sim(void)
{
    struct script_world *w = script_world_sim_new(why, sizeof why);

    ck_assert_msg(w != NULL, "%s", why);
    return w;
}

START_TEST(the_same_decisions_in_the_network)
{
    enum script_result result;
    uint64_t bare = decided(good[_i]);

    result = run_in(sim(), good[_i], false);
    ck_assert_msg(result == SCRIPT_PASS, "%.2000s", said);
    free(said);
    ck_assert_uint_eq(decisions, bare);
}
END_TEST

START_TEST(the_same_verdict_in_the_network)
{
    enum script_result result = run_in(sim(), wrong[_i].text, false);

    ck_assert_msg(result == wrong[_i].result, "%s\n%.2000s", wrong[_i].text,
                  said);
    ck_assert_msg(strstr(said, wrong[_i].says) != NULL, "%s\n%.2000s",
                  wrong[_i].text, said);
    free(said);
}
END_TEST

/* What only a network can do wrong; passes in both worlds. */
static const char *const network[] = {
    /* a SYN that waits longer than a stack is patient, then is refused */
    "config start_timeout=1h\ndo c1 open\n> c1 open\n+1000 < c1 failed\n"
    "> c1 close\n> c1 down\n< c1 failed returns=unknown\n",
    "do c1 open\n> c1 open\n+5 < c1 connected port=99\n> c1 SCCRQ\n"
    "< c1 SCCRP split=1\n> c1 up\n? c1.state == established\n",
    /* given up before anybody answered, at once and later */
    "do c1 open\ndo c1 stop\n> c1 open\n> c1 close\n> c1 down\n"
    "do c1 open\n> c1 open\n+3 do c1 stop\n> c1 close\n> c1 down\n"
    "do c1 open\n> c1 open\n< c1 closed\n> c1 close\n> c1 down\n",
    /* reset and closed are the same to the peer */
    UP "< c1 failed\n> c1 close\n> c1 down\n",
    UP "< c1 closed\n> c1 close\n> c1 down\n< c1 closed returns=unknown\n"
       "< c1 connected returns=unknown\n< c1 EchoRQ returns=unknown\n",
    /* our word and our FIN are both there before theirs */
    UP "< c1 StopCCRQ\n> c1 StopCCRP\n> c1 close\n> c1 down\n"
       "< c1 closed returns=unknown\n",
    /* more octets than a stream's buffers, both ways */
    UP "repeat 500\n< c1 EchoRQ identifier=1 join=1\nend\n"
       "< c1 EchoRQ identifier=2\nrepeat 500\n> c1 EchoRP identifier=1\nend\n"
       "> c1 EchoRP identifier=2\n"
       "repeat 4000\n< c1 EchoRQ identifier=1 join=1\nend\n"
       "< c1 EchoRQ identifier=2 split=4321\n"
       "repeat 4000\n> c1 EchoRP identifier=1\nend\n"
       "> c1 EchoRP identifier=2\n",
    "limits calls=600 actions=4000\n" UP "repeat 500\ndo k1 call on=c1\nend\n"
    "repeat 500\n> c1 OCRQ\nend\n",
    /* so much that it takes longer than what is late */
    UP "repeat 12000\n< gre packet call=9\nend\n< c1 EchoRQ\n> c1 EchoRP\n",
    /* line and network in the order of the script */
    CALL "repeat 20\n< c1 OCRQ call_id=8\n> k2 new\n> k2 dial\n< k2 busy\n"
         "> k2 hangup\n> c1 OCRP result=4 peer_call_id=8\n> k2 down\nend\n",
    /* a deadline that a reply meets by a microsecond */
    UP "+60 > c1 EchoRQ identifier=$e\n+59.999999 < c1 EchoRP identifier=$e\n"
       "? c1.state == established\n",
    UP "+60 > c1 EchoRQ identifier=$e\n+59.999999 ? c1.state == established\n"
       "+0.000001 > c1 close\n> c1 down\n",
};

START_TEST(the_network_in_between_does_not_show)
{
    enum script_result result;
    uint64_t bare = decided(network[_i]);

    result = run_in(sim(), network[_i], false);
    ck_assert_msg(result == SCRIPT_PASS, "%.2000s", said);
    free(said);
    ck_assert_uint_eq(decisions, bare);
}
END_TEST

/* Streams and packets really take time there; the bare world has none. */
START_TEST(the_network_takes_time)
{
    struct script_world *w = sim();
    enum script_result result;
    char *at;

    ck_assert_uint_gt(w->tolerance_ns, 0);
    result = run_in(w, UP "repeat 9\n< c1 EchoRQ split=1\n> c1 EchoRP\nend\n",
                    true);
    ck_assert_int_eq(result, SCRIPT_PASS);
    at = strrchr(said, '*');
    ck_assert_ptr_nonnull(at);
    while (at > said && at[-1] != '\n')
        at--;
    ck_assert_double_gt(strtod(at, NULL), 9 * 16 * 100e-9);
    free(said);
}
END_TEST

/* --- a world that cannot show everything --------------------------------- */

static void blind_stop(struct script_world *w)
{
    free(w);
}

static const char *blind_cannot(struct script_world *w,
                                const struct script_step *st)
{
    (void)w;
    return st->kind == SCRIPT_NEEDS ? "it has eyes only" : NULL;
}

START_TEST(what_a_world_cannot_show_is_skipped)
{
    static const struct script_world_ops ops = { .cannot = blind_cannot,
                                                 .stop = blind_stop };
    struct script_world *w = calloc(1, sizeof *w);

    ck_assert_ptr_nonnull(w);
    w->ops = &ops;
    ck_assert_int_eq(run_in(w, "wait\nneeds inside\n", false), SCRIPT_SKIP);
    ck_assert_str_eq(said, "x.pt:2: skipped: it has eyes only\n");
    free(said);
}
END_TEST

/* --- keys ---------------------------------------------------------------- */

static bool core_takes(const struct script_peer *p)
{
    return pptp_config_check(&p->config) == PPTP_OK &&
           pptp_peer_octets(&p->limits) != 0;
}

/* A number beside one that is allowed, where its member has room for it. */
static unsigned beyond(const struct script_peer *p, const struct key *k,
                       size_t at, uint64_t step)
{
    struct script_peer q = *p;
    uint8_t *m = (uint8_t *)&q + at;
    uint64_t v = pptp_member_get(m, k->size) + step;

    pptp_member_set(m, k->size, v);
    if (pptp_member_get(m, k->size) != v)
        return 0;
    ck_assert_msg(!core_takes(&q), "%s", k->name);
    return 1;
}

/* `text`, if any, of a key: whether the core takes it, and not the next. */
static unsigned at_bound(const struct key_section *section,
                         const struct key *k, const char *text, uint64_t step)
{
    struct conf_error err;
    struct script_peer p;
    struct key found;
    size_t at;

    if (text == NULL)
        return 0;
    pptp_config_default(&p.config);
    pptp_limits_default(&p.limits);
    p.config.win.ato.min_ns = PPTP_US;
    p.config.win.ato.max_ns = 3600 * PPTP_S;
    ck_assert_msg(keys_set(section, k->name, text, &p, &err) == 0, "%s",
                  err.text);
    ck_assert_msg(core_takes(&p), "%s", k->name);
    ck_assert(keys_find(section, k->name, &at, &found));
    return beyond(&p, k, at + k->offset, step);
}

static unsigned bounds_of(const struct key_section *section)
{
    unsigned n = 0;
    size_t i, j;

    for (i = 0; i < section->n_keys; i++) {
        const struct key_section *rows = section->keys[i].section;

        for (j = 0; j < rows->n_keys; j++) {
            n += at_bound(section, &rows->keys[j], rows->keys[j].min,
                          UINT64_MAX);
            n += at_bound(section, &rows->keys[j], rows->keys[j].max, 1);
        }
    }
    return n;
}

/* What is said to be allowed is what the core takes, and no more. */
START_TEST(bounds_of_keys_are_the_cores)
{
    ck_assert_uint_eq(bounds_of(&script_config_section), 36);
    ck_assert_uint_eq(bounds_of(&script_limits_section), 10);
}
END_TEST

static unsigned every_word(const struct key *k)
{
    const char *word;
    char text[200];
    unsigned n = 0;

    if (k->type != KEY_ENUM && k->type != KEY_NAMED)
        return 0;
    for (; (word = keys_word(k, n)) != NULL; n++) {
        snprintf(text, sizeof text, "config %s=%s\nwait\n", k->name, word);
        passes(text);
    }
    return n;
}

START_TEST(every_word_that_is_named_is_taken)
{
    unsigned n = 0;
    size_t i;

    for (i = 0; i < PPTP_KEYS_N; i++)
        n += every_word(&pptp_keys[i]);
    for (i = 0; i < pptp_self_section.n_keys; i++)
        n += every_word(&pptp_self_section.keys[i]);
    ck_assert_uint_eq(n, 3 + 3 + 2 + 4);
    passes("config alpha=0.25 rtt_cap=off allow_multiple=1\nwait\n");
    passes("config ack_on=receipt cap_rtt=false\nwait\n");
}
END_TEST

static struct pptp_config config;

START_TEST(a_refused_packet_takes_no_room)
{
    static const uint8_t octets[512];
    struct script_world *w = script_world_bare_new();
    struct script_input in = { .kind = SCRIPT_IN_GRE,
                               .addr = pptp_addr_v4(SCRIPT_FROM_IPV4),
                               .octets = octets,
                               .len = sizeof octets };
    struct pptp_limits l;
    uint32_t ref;
    unsigned i;

    ck_assert_ptr_nonnull(w);
    pptp_config_default(&config);
    pptp_limits_default(&l);
    ck_assert_int_eq(w->ops->start(w, &config, &l), 0);
    for (i = 0; i < 5000; i++)
        ck_assert_int_eq(w->ops->input(w, &in, &ref), PPTP_ERR_RESOURCE);
    in.len = 8;
    ck_assert_int_eq(w->ops->input(w, &in, &ref), 0);
    w->ops->stop(w);
}
END_TEST

START_TEST(a_bare_time_is_seconds)
{
    uint64_t ns = 7;

    ck_assert_int_eq(script_time("1.5", &ns, why, sizeof why), 0);
    ck_assert_uint_eq(ns, 1500000000);
    ck_assert_int_eq(script_time("20ms", &ns, why, sizeof why), 0);
    ck_assert_uint_eq(ns, 20000000);
    ck_assert_int_eq(script_time(".", &ns, why, sizeof why), -1);
    ck_assert_int_eq(script_time("", &ns, why, sizeof why), -1);
    ck_assert_int_eq(script_time("1x", &ns, why, sizeof why), -1);
    ck_assert_uint_eq(ns, 20000000);
}
END_TEST

/* --- the command --------------------------------------------------------- */

static const char *const files[][2] = {
    { "good.pt", UP },
    { "fail.pt", UP "> c1 SCCRP\n" },
    { "empty.pt", "# nothing\n" },
    { "parse.pt", "wait\nwalk\n" },
    { "key.pt", "config role=foo\nwait\n" },
};

static const struct {
    const char *args;
    int exit;
    const char *out, *err; /* `…` at the end: and more */
} commands[] = {
    { "good.pt", 0,
      "PASS: good.pt\n1 passed, 0 failed, 0 skipped, 0 not valid"
      "\n",
      "" },
    { "-q fail.pt", 1, "fail.pt:5: nothing came\n…", "" },
    { "empty.pt good.pt", 2,
      "PASS: good.pt\n1 passed, 0 failed, 0 skipped, 1 not valid\n",
      "empty.pt: nothing to judge\n" },
    { "parse.pt", 2, "0 passed, 0 failed, 0 skipped, 1 not valid\n",
      "parse.pt:2: `walk` is no statement; …" },
    { "key.pt", 2, "0 passed, 0 failed, 0 skipped, 1 not valid\n",
      "key.pt:1: key 'role': 'foo' is not one of pac, pns, both\n" },
    { "--both key.pt", 2, "0 passed, 0 failed, 0 skipped, 1 not valid\n",
      "key.pt:1: key 'role': 'foo' is not one of pac, pns, both\n" },
    { "--both --world sim good.pt", 2, "",
      "dialtone: --both is every world: leave out --world\n" },
    { "--world bare --both good.pt", 2, "",
      "dialtone: --both is every world: leave out --world\n" },
    { "--peer 127.0.0.1 --world bare good.pt", 2, "",
      "dialtone: --world and --both are for our own peer\n" },
    { "--tolerance soon --peer 127.0.0.1 good.pt", 2, "",
      "dialtone: --tolerance soon: …" },
    { "", 2, "", "dialtone: `script` takes SCRIPT.pt ...\n" },
    { "--help", 0, "Usage: dialtone script [options] SCRIPT.pt ...\n…", "" },
    /* nobody there: one line, and no script after the first */
    { "--tolerance 0.5 --peer 127.0.0.1:1 good.pt fail.pt empty.pt", 2, "",
      "dialtone: 127.0.0.1:1: Connection refused\n" },
    { "--peer 127.0.0.1:1 empty.pt good.pt fail.pt", 2,
      "0 passed, 0 failed, 0 skipped, 1 not valid\n",
      "empty.pt: nothing to judge\n"
      "dialtone: 127.0.0.1:1: Connection refused\n" },
};

static void write_files(void)
{
    size_t i;

    for (i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *f = fopen(files[i][0], "w");

        ck_assert_ptr_nonnull(f);
        fputs(files[i][1], f);
        fclose(f);
    }
}

static void slurp(const char *path, char *to, size_t cap)
{
    FILE *f = fopen(path, "r");

    ck_assert_ptr_nonnull(f);
    to[fread(to, 1, cap - 1, f)] = '\0';
    fclose(f);
}

static void is_what_was_said(const char *is, const char *want)
{
    const char *more = strstr(want, "…");

    if (more != NULL)
        ck_assert_msg(strncmp(is, want, (size_t)(more - want)) == 0,
                      "row %s: %s", want, is);
    else
        ck_assert_str_eq(is, want);
}

/* Check runs each in a process of its own: folder and files may change. */
START_TEST(the_command_says_it_once_and_where)
{
    static const char *const names[] = { "out", "err" };
    char folder[] = "/tmp/dialtone-script-XXXXXX", args[200], out[4000];
    char err[4000], *all[20] = { (char *)(uintptr_t) "script" }, *a;
    const char *note = "dialtone: without root";
    int n = 1, old[2] = { dup(1), dup(2) }, code, i;
    size_t k;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    write_files();
    snprintf(args, sizeof args, "%s", commands[_i].args);
    for (a = strtok(args, " "); a != NULL; a = strtok(NULL, " "))
        all[n++] = a;
    ck_assert_ptr_nonnull(freopen("out", "w", stdout));
    ck_assert_ptr_nonnull(freopen("err", "w", stderr));
    code = script_command(n, all);
    fflush(stdout);
    fflush(stderr);
    dup2(old[0], 1);
    dup2(old[1], 2);
    slurp("out", out, sizeof out);
    slurp("err", err, sizeof err);
    for (k = 0; k < sizeof files / sizeof files[0]; k++)
        unlink(files[k][0]);
    for (i = 0; i < 2; i++)
        unlink(names[i]);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    ck_assert_msg(code == commands[_i].exit, "%s: %d", commands[_i].args,
                  code);
    is_what_was_said(out, commands[_i].out);
    a = err;
    if (strncmp(a, note, strlen(note)) == 0)
        a = strchr(a, '\n') + 1;
    is_what_was_said(a, commands[_i].err);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

static void add(Suite *s, const char *name, const TTest *test, int n)
{
    TCase *t = tcase_create(name);

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test, 0, n);
    suite_add_tcase(s, t);
}

/* Each turn in a network of its own. */
static void add_slow(Suite *s, const char *name, const TTest *test, int n)
{
    TCase *t = tcase_create(name);

    tcase_set_timeout(t, 60);
    add_slow_loop(t, test, n);
    suite_add_tcase(s, t);
}

int main(void)
{
    Suite *s = suite_create("script");
    SRunner *r = srunner_create(s);
    int failed;

    add(s, "bad", a_mistake_is_named_with_its_line, COUNT(bad));
    add(s, "values", a_value_is_what_it_says, COUNT(values));
    add(s, "steps", a_step_is_what_its_line_says, 1);
    add(s, "bounds", a_file_has_bounds, 1);
    add(s, "short", a_short_buffer_gets_a_short_reason, 1);
    add(s, "good", a_right_script_passes, COUNT(good));
    add(s, "wrong", a_wrong_script_says_why, COUNT(wrong));
    add(s, "report", a_report_ends_with_the_time_line, 1);
    add(s, "verbose", the_whole_time_line_when_asked_for, 1);
    add(s, "decisions", decisions_are_what_the_peer_did, 1);
    add(s, "octets", random_octets_do_no_harm, 1);
    add(s, "words", random_words_do_no_harm, 1);
    add_slow(s, "broken", broken_scripts_do_no_harm, COUNT(good));
    add(s, "bounds of keys", bounds_of_keys_are_the_cores, 1);
    add(s, "words of keys", every_word_that_is_named_is_taken, 1);
    add(s, "room", a_refused_packet_takes_no_room, 1);
    add(s, "bare time", a_bare_time_is_seconds, 1);
    add(s, "command", the_command_says_it_once_and_where, COUNT(commands));
    add(s, "skip", what_a_world_cannot_show_is_skipped, 1);
    add_slow(s, "sim good", the_same_decisions_in_the_network, COUNT(good));
    add_slow(s, "sim wrong", the_same_verdict_in_the_network, COUNT(wrong));
    add_slow(s, "network", the_network_in_between_does_not_show,
             COUNT(network));
    add(s, "time", the_network_takes_time, 1);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
