/* SPDX-License-Identifier: GPL-3.0-or-later */
/* series.csv of the variants to a gnuplot script and data; see figure.h. */
#include "config.h"

#include "tool/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 4096
/* Calls drawn in one panel; more are thinned out evenly. */
#define CALLS_DRAWN 48
/* Samples drawn of a call or link; of more, every so many. */
#define SAMPLES_DRAWN 4000
/* Up to this many calls have a colour each. */
#define WHOLE_TICKS 6 /* an axis up to here has a tick for every packet */
#define CALLS_COLOURED 7
/* A row whose values span more than this factor is drawn on a log scale. */
#define LOG_SPAN 30.0

enum column {
    TIME,
    OBJECT,
    WINDOW,
    OUTSTANDING,
    ATO,
    RTT,
    QUEUED,
    SENT,
    TIMEOUTS,
    DELIVERED,
    QUEUE,
    DROPPED,
    LOST,
    COLUMNS
};

struct object {
    char *name; /* "call:…" or "link:…" */
    bool call;
    double drops; /* at the end */
    double queue; /* largest */
    int block;    /* in figure.dat, or -1 */
};

struct row {
    size_t object;
    double v[COLUMNS]; /* NAN: blank */
};

struct series {
    struct object *objects;
    size_t n_objects;
    struct row *rows;
    size_t n_rows;
};

struct plot {
    struct series series[FIGURE_COLUMNS_MAX];
    size_t n;
    const char *bottleneck; /* object name; NULL: no links */
    double time_max;
    double window_max;
    double rtt_min;
    double rtt_max;
    double queue_max;
    double loss_max;
};

static int series_read(struct series *s, const char *dir,
                       struct tool_error *err);
static int series_line(struct series *s, char *line);
static int series_object(struct series *s, const char *name, size_t *index);
static void series_free(struct series *s);
static void find_bottleneck(struct plot *p);
static void write_data(struct plot *p, FILE *f);
static void write_script(const struct plot *p, FILE *f, const char *title,
                         const struct figure_variant *variants);
static FILE *open_in(const char *dir, const char *name, const char *mode,
                     struct tool_error *err);
static int close_in(FILE *f, const char *dir, const char *name,
                    struct tool_error *err);
static int run_gnuplot(const char *dir, struct tool_error *err);

int figure_make(const char *dir, const char *title,
                const struct figure_variant *variants, size_t n_variants,
                struct tool_error *err)
{
    struct plot p = { .n = 0, .rtt_min = INFINITY };
    int result = 0;
    FILE *f;

    while (p.n < n_variants && p.n < FIGURE_COLUMNS_MAX && result == 0) {
        result = series_read(&p.series[p.n], variants[p.n].dir, err);
        p.n++;
    }
    find_bottleneck(&p);
    if (result == 0) {
        f = open_in(dir, "figure.dat", "w", err);
        result = -1;
        if (f != NULL) {
            write_data(&p, f);
            result = close_in(f, dir, "figure.dat", err);
        }
    }
    if (result == 0) {
        f = open_in(dir, "figure.gp", "w", err);
        result = -1;
        if (f != NULL) {
            write_script(&p, f, title, variants);
            result = close_in(f, dir, "figure.gp", err);
        }
    }
    if (result == 0) {
        result = run_gnuplot(dir, err);
    }
    for (size_t i = 0; i < p.n; i++) {
        series_free(&p.series[i]);
    }
    return result;
}

static int series_read(struct series *s, const char *dir,
                       struct tool_error *err)
{
    char line[LINE_MAX_OCTETS];
    FILE *f = open_in(dir, "series.csv", "r", err);
    int result = 0;

    if (f == NULL) { /* a variant that was not run has an empty column */
        return errno == ENOENT ? 0 : -1;
    }
    if (fgets(line, sizeof line, f) != NULL) { /* the header */
        while (result == 0 && fgets(line, sizeof line, f) != NULL) {
            result = series_line(s, line);
        }
    }
    fclose(f);
    if (result != 0) {
        snprintf(err->text, sizeof err->text, "figure: out of memory");
    }
    return result;
}

static int series_line(struct series *s, char *line)
{
    struct row r = { .object = 0 };
    char *rest = line;

    line[strcspn(line, "\r\n")] = '\0';
    if ((s->n_rows & (s->n_rows - 1)) == 0) { /* grow at powers of two */
        size_t cap = s->n_rows == 0 ? 1 : 2 * s->n_rows;
        struct row *rows = realloc(s->rows, cap * sizeof *rows);

        if (rows == NULL) {
            return -1;
        }
        s->rows = rows;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        char *field = strsep(&rest, ",");

        r.v[i] = NAN;
        if (field == NULL || *field == '\0') {
            continue;
        }
        if (i == OBJECT && strncmp(field, "flow:", 5) == 0) {
            return 0; /* has no panel */
        }
        if (i != OBJECT) {
            r.v[i] = strtod(field, NULL);
        } else if (series_object(s, field, &r.object) != 0) {
            return -1;
        }
    }
    if (s->n_objects > 0 && !isnan(r.v[TIME])) {
        struct object *o = &s->objects[r.object];

        o->queue = fmax(o->queue, r.v[QUEUE]);
        o->drops = fmax(o->drops, r.v[DROPPED] + r.v[LOST]);
        s->rows[s->n_rows++] = r;
    }
    return 0;
}

/* Rows come in rounds, so the object after the last one found is likely. */
static int series_object(struct series *s, const char *name, size_t *index)
{
    size_t hint = s->n_rows == 0 ? 0 : s->rows[s->n_rows - 1].object + 1;
    struct object *objects;

    for (size_t k = 0; k < s->n_objects; k++) {
        size_t i = (hint + k) % s->n_objects;

        if (strcmp(s->objects[i].name, name) == 0) {
            *index = i;
            return 0;
        }
    }
    objects = realloc(s->objects, (s->n_objects + 1) * sizeof *objects);
    if (objects == NULL) {
        return -1;
    }
    s->objects = objects;
    objects[s->n_objects] = (struct object){
        .name = strdup(name),
        .call = strncmp(name, "call:", 5) == 0,
        .block = -1,
    };
    *index = s->n_objects;
    return objects[s->n_objects++].name == NULL ? -1 : 0;
}

static void series_free(struct series *s)
{
    for (size_t i = 0; i < s->n_objects; i++) {
        free(s->objects[i].name);
    }
    free(s->objects);
    free(s->rows);
}

/* One link for all columns, so that they can be compared. */
static void find_bottleneck(struct plot *p)
{
    double best_drops = -1;
    double best_queue = -1;

    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = 0; k < p->series[i].n_objects; k++) {
            const struct object *o = &p->series[i].objects[k];

            if (!o->call &&
                (o->drops > best_drops ||
                 (!(o->drops < best_drops) && o->queue > best_queue))) {
                best_drops = o->drops;
                best_queue = o->queue;
                p->bottleneck = o->name;
            }
        }
    }
}

static void number(FILE *f, double value)
{
    if (isnan(value)) {
        fputs(" NaN", f);
    } else {
        fprintf(f, " %.9g", value);
    }
}

static void write_call(struct plot *p, FILE *f, const struct row *r)
{
    number(f, r->v[WINDOW]);
    number(f, r->v[ATO]);
    number(f, r->v[RTT]);
    fputc('\n', f);
    p->window_max = fmax(p->window_max, r->v[WINDOW]);
    p->rtt_max = fmax(p->rtt_max, fmax(r->v[ATO], r->v[RTT]));
    for (int c = ATO; c <= RTT; c++) {
        if (r->v[c] > 0) {
            p->rtt_min = fmin(p->rtt_min, r->v[c]);
        }
    }
}

/* Cumulative counts become rates over the time since the last sample. */
static void write_link(struct plot *p, FILE *f, const struct row *r,
                       const struct row *last)
{
    number(f, r->v[QUEUE]);
    p->queue_max = fmax(p->queue_max, r->v[QUEUE]);
    for (int c = DROPPED; c <= LOST; c++) {
        double dt = last == NULL ? NAN : r->v[TIME] - last->v[TIME];
        double rate = dt > 0 ? (r->v[c] - last->v[c]) / dt : NAN;

        number(f, rate);
        p->loss_max = fmax(p->loss_max, rate);
    }
    fputc('\n', f);
}

/* Calls: time window ato rtt.  Link: time queue dropped/s lost/s. */
static void write_block(struct plot *p, FILE *f, const struct series *s,
                        size_t object)
{
    size_t every = s->n_rows / s->n_objects / SAMPLES_DRAWN + 1;
    const struct row *last = NULL;
    size_t seen = 0;

    for (size_t j = 0; j < s->n_rows; j++) {
        const struct row *r = &s->rows[j];

        if (r->object != object || seen++ % every != 0) {
            continue;
        }
        p->time_max = fmax(p->time_max, r->v[TIME]);
        fprintf(f, "%.9g", r->v[TIME]);
        if (s->objects[object].call) {
            write_call(p, f, r);
        } else {
            write_link(p, f, r, last);
        }
        last = r;
    }
    fputs("\n\n", f);
}

/* The bottleneck and, evenly chosen, up to CALLS_DRAWN calls. */
static void write_data(struct plot *p, FILE *f)
{
    int block = 0;

    for (size_t i = 0; i < p->n; i++) {
        struct series *s = &p->series[i];
        size_t n_calls = 0;
        size_t step;
        size_t seen = 0;

        for (size_t k = 0; k < s->n_objects; k++) {
            n_calls += s->objects[k].call ? 1 : 0;
        }
        step = (n_calls + CALLS_DRAWN - 1) / CALLS_DRAWN;
        for (size_t k = 0; k < s->n_objects; k++) {
            struct object *o = &s->objects[k];

            if (o->call ? seen++ % step == 0
                        : strcmp(o->name, p->bottleneck) == 0) {
                o->block = block++;
                fprintf(f, "# variant %zu, %s\n", i, o->name);
                write_block(p, f, s, k);
            }
        }
    }
}

/* Text for gnuplot in which nothing is expanded.  A single-quoted one would
 * not do: gnuplot takes two quotes at its beginning for an empty text. */
static void quote(FILE *f, const char *text)
{
    fputc('"', f);
    for (; *text != '\0'; text++) {
        if (strchr("\"\\`", *text) != NULL) {
            fprintf(f, "\\%03o", (unsigned)*text);
        } else {
            fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
        }
    }
    fputc('"', f);
}

/* Colours tell the calls of the first panel apart: it has their key. */
static bool names_calls(const struct plot *p)
{
    const struct series *s = &p->series[0];
    size_t n = 0;

    for (size_t k = 0; k < s->n_objects; k++) {
        n += s->objects[k].call && s->objects[k].block >= 0 ? 1 : 0;
    }
    return n > 1 && n <= CALLS_COLOURED;
}

/* The lines of one panel, row 0..3; false: there are none. */
static bool write_lines(const struct plot *p, FILE *f, size_t variant, int row)
{
    const struct series *s = &p->series[variant];
    const char *sep = "  plot ";
    size_t drawn = 0;
    size_t n = 0;

    for (size_t k = 0; k < s->n_objects; k++) {
        n += s->objects[k].call && s->objects[k].block >= 0 ? 1 : 0;
    }
    for (size_t k = 0; k < s->n_objects; k++) {
        const struct object *o = &s->objects[k];
        bool first = drawn == 0;

        if (o->block < 0 || o->call != (row < 2)) {
            continue;
        }
        fprintf(f, "%s'figure.dat' index %d ", sep, o->block);
        sep = ", \\\n    ";
        if (row == 0) {
            fprintf(f, "using 1:2 with steps ls %zu ",
                    n <= CALLS_COLOURED ? 1 + drawn : 20);
            if (names_calls(p) && variant == 0) {
                fputs("title ", f);
                quote(f, o->name + sizeof "call:" - 1);
            } else {
                fputs("notitle", f);
            }
        } else if (row == 1) {
            fprintf(f, "using 1:4 with lines ls %d %s%s", n > 7 ? 20 : 1,
                    first && variant == 0 ? "title 'RTT'" : "notitle", sep);
            fprintf(f, "'' index %d using 1:3 with lines ls %d %s", o->block,
                    n > 7 ? 22 : 21,
                    first && variant == 0 ? "title 'ATO'" : "notitle");
        } else if (row == 2) {
            fputs("using 1:2 with lines ls 1 notitle", f);
        } else {
            fprintf(f, "using 1:3 with lines ls 2 %s%s",
                    variant == 0 ? "title 'dropped (queue full)'" : "notitle",
                    sep);
            fprintf(f, "'' index %d using 1:4 with lines ls 1 %s", o->block,
                    variant == 0 ? "title 'lost (on the link)'" : "notitle");
        }
        drawn++;
    }
    if (drawn > 0) {
        fputc('\n', f);
    }
    return drawn > 0;
}

static void write_head(const struct plot *p, FILE *f, const char *title)
{
    static const char *const colours[CALLS_COLOURED] = { "#0072B2", "#D55E00",
                                                         "#009E73", "#CC79A7",
                                                         "#E69F00", "#56B4E9",
                                                         "#000000" };

    fputs("# Drawn by: gnuplot figure.gp\n"
          "do for [t in 'svg png'] {\n"
          "  if (t eq 'svg') {\n"
          "    set terminal svg size 1400,1000 font 'DejaVu Sans,14' "
          "noenhanced background 'white'\n"
          "  } else {\n"
          "    set terminal pngcairo size 1400,1000 font 'DejaVu Sans,12' "
          "noenhanced background 'white'\n"
          "  }\n"
          "  set output 'figure.'.t\n"
          "  set datafile missing 'NaN'\n",
          f);
    for (size_t i = 0; i < CALLS_COLOURED; i++) {
        fprintf(f, "  set style line %zu lc rgb '%s' lw 1.3\n", i + 1,
                colours[i]);
    }
    fputs("  set style line 20 lc rgb '#900072B2' lw 0.8\n"
          "  set style line 21 lc rgb '#D55E00' lw 1.3 dt (8,5)\n"
          "  set style line 22 lc rgb '#90D55E00' lw 0.8 dt (8,5)\n"
          "  set border 3 lc rgb '#606060'\n"
          "  set tics nomirror scale 0.5 textcolor rgb '#303030'\n"
          "  set grid lc rgb '#e4e4e4' lw 0.6 lt 1\n"
          "  set key samplen 2 spacing 1.0 font ',10' noautotitle\n",
          f);
    fprintf(f,
            "  set multiplot layout 4,%zu columnsfirst margins "
            "0.075,0.985,0.065,%s spacing 0.018,0.035 title ",
            p->n, "0.905");
    quote(f, title == NULL ? "" : title);
    fprintf(f, " font ',15'\n  set xrange [0:%.9g]\n",
            p->time_max > 0 ? p->time_max : 1);
}

static void write_panel(const struct plot *p, FILE *f, size_t variant, int row)
{
    static const char *const names[4] = { "window (packets)", "RTT, ATO (s)",
                                          "queue (packets)",
                                          "losses (packets/s)" };
    bool logarithmic = row == 1 && p->rtt_max > LOG_SPAN * p->rtt_min;
    bool named = row == 0 && names_calls(p);
    double top[4] = { p->window_max, p->rtt_max, p->queue_max, p->loss_max };

    fputs(logarithmic ? "  set logscale y\n" : "  unset logscale y\n", f);
    if (logarithmic) {
        fprintf(f, "  set yrange [%.9g:%.9g]\n", p->rtt_min / 1.2,
                p->rtt_max * 2);
    } else {
        fprintf(f, "  set yrange [0:%.9g]\n",
                top[row] > 0 ? top[row] * (named ? 1.3 : 1.1) : 1);
    }
    /* There are no halves of packets. */
    fputs(row % 2 == 0 && top[row] <= WHOLE_TICKS ? "  set ytics 1\n"
                                                  : "  set ytics autofreq\n",
          f);
    /* Names of calls have room inside, other keys above the panel. */
    fprintf(f, "  set key at graph 1,%s top right horizontal\n",
            named ? "0.99" : "1.17");
    fputs("  set ylabel ", f);
    if (variant > 0) {
        fputs("''\n  set format y ''\n", f);
    } else {
        quote(f, names[row]);
        fputs(" offset 0.5\n  set format y '%g'\n", f);
    }
    if (row == 2 && variant == 0 && p->bottleneck != NULL) {
        fputs("  set label 1 ", f);
        quote(f, p->bottleneck);
        fputs(" at graph 0.005,1.07 font ',11' textcolor rgb '#303030'\n", f);
    } else {
        fputs("  unset label 1\n", f);
    }
    fprintf(f, row == 3 ? "  set xlabel 'time (s)' offset 0,0.4\n"
                          "  set format x '%%g'\n"
                        : "  set xlabel ''\n  set format x ''\n");
    if (!write_lines(p, f, variant, row)) {
        fputs("  plot NaN notitle\n", f);
    }
}

static void write_script(const struct plot *p, FILE *f, const char *title,
                         const struct figure_variant *variants)
{
    write_head(p, f, title);
    for (size_t i = 0; i < p->n; i++) {
        for (int row = 0; row < 4; row++) {
            fputs("  set title ", f);
            quote(f, row == 0 ? variants[i].label : "");
            fputs(" font ',13' offset 0,-0.4\n", f);
            write_panel(p, f, i, row);
        }
    }
    fputs("  unset multiplot\n  unset output\n}\n", f);
}

static FILE *open_in(const char *dir, const char *name, const char *mode,
                     struct tool_error *err)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, mode);
    if (f == NULL) {
        snprintf(err->text, sizeof err->text, "%.400s: %s", path,
                 strerror(errno));
    }
    return f;
}

static int close_in(FILE *f, const char *dir, const char *name,
                    struct tool_error *err)
{
    int failed = ferror(f);

    if (fclose(f) != 0 || failed) {
        snprintf(err->text, sizeof err->text, "%.400s/%s: cannot write", dir,
                 name);
        return -1;
    }
    return 0;
}

static int run_gnuplot(const char *dir, struct tool_error *err)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
            dup2(null, 2) < 0 || chdir(dir) != 0) {
            _exit(126);
        }
        execlp("gnuplot", "gnuplot", "figure.gp", (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return 0;
    }
    snprintf(err->text, sizeof err->text,
             "no figure: gnuplot %s; the script is %.400s/figure.gp",
             pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127
                 ? "is not installed"
                 : "failed",
             dir);
    return 1;
}
