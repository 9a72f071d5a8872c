/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A main for fuzz targets, where there is no libFuzzer (fuzz.h says how to
 * do without this file where there is).
 *
 *   X FILE|FOLDER...                        replays
 *   X --mutate SECONDS [SEED] FILE|FOLDER...  runs what it makes of them
 *
 * A mutated input is written to X.input in the current folder before it runs:
 * whatever stops the process leaves it there.  The same seed and corpus give
 * the same inputs.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    INPUTS_MAX = 65536,
    HANG_S = 120,   /* one input; valgrind has to stay below */
    STEPS_MAX = 12, /* mutations of one input */
    BLOCK_MAX = 256,
    MUTATED_MAX = 8192 /* octets; a corpus has none longer than FUZZ_MAX */
};

struct input {
    uint8_t *octets;
    size_t len;
};

static struct input inputs[INPUTS_MAX];
static size_t input_count;

static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(2);
}

/* --- the corpus ---------------------------------------------------------- */

static void add_file(const char *path)
{
    uint8_t *o = (uint8_t *)fuzz_alloc(FUZZ_MAX);
    FILE *f = fopen(path, "rb");
    size_t n;

    if (f == NULL)
        die(path);
    n = fread(o, 1, FUZZ_MAX, f);
    if (ferror(f))
        die(path);
    fclose(f);
    FUZZ_CHECK(input_count < INPUTS_MAX);
    inputs[input_count].octets = fuzz_copy(o, n);
    inputs[input_count++].len = n;
    free(o);
}

static void add_folder(const char *path)
{
    struct dirent **names;
    int i, n = scandir(path, &names, NULL, alphasort);

    if (n < 0)
        die(path);
    for (i = 0; i < n; i++) {
        char file[4096];

        if (names[i]->d_name[0] != '.') {
            int k = snprintf(file, sizeof file, "%s/%s", path,
                             names[i]->d_name);

            FUZZ_CHECK(k > 0 && (size_t)k < sizeof file);
            add_file(file);
        }
        free(names[i]);
    }
    free(names);
}

static void add(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        die(path);
    if (S_ISDIR(st.st_mode))
        add_folder(path);
    else
        add_file(path);
}

/* --- mutations ----------------------------------------------------------- */

static uint64_t state;

/* splitmix64 */
static uint64_t draw(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(size_t n)
{
    return n == 0 ? 0 : (size_t)(draw() % n);
}

/* Puts n octets, at most BLOCK_MAX, in at `at`, as far as there is room. */
static void insert(struct input *in, size_t at, const uint8_t *o, size_t n)
{
    uint8_t copy[BLOCK_MAX];

    if (n > MUTATED_MAX - in->len)
        n = MUTATED_MAX - in->len;
    if (n == 0)
        return;
    memcpy(copy, o, n); /* may lie in what is moved */
    memmove(in->octets + at + n, in->octets + at, in->len - at);
    memcpy(in->octets + at, copy, n);
    in->len += n;
}

static void magic(struct input *in)
{
    static const uint32_t values[] = {
        0,          1,          2,          4,          0x10,       0x20,
        0x7d,       0x7e,       0x7f,       0x80,       0xff,       0x100,
        0x7fff,     0x8000,     0xffff,     0x7fffffff, 0x80000000, 0xffffffff,
        0x1a2b3c4d, 0xc021,     0x80fd,     0xc223,     0x8021,     0xff03,
        0x3001880b, 0x3081880b, 0xa1b2c3d4, 0x0a0d0d0a
    };
    uint32_t v = values[below(sizeof values / sizeof *values)];
    size_t n = (size_t)1 << below(3), i;
    bool little = draw() & 1;
    size_t at;

    if (in->len < n)
        return;
    at = below(in->len - n + 1);
    for (i = 0; i < n; i++)
        in->octets[at + (little ? i : n - 1 - i)] = (uint8_t)(v >> 8 * i);
}

/* The head of this one, the tail of another. */
static void cross(struct input *in)
{
    const struct input *other = &inputs[below(input_count)];
    size_t from = below(other->len), keep = below(in->len + 1);
    size_t n = other->len - from;

    if (n > MUTATED_MAX - keep)
        n = MUTATED_MAX - keep;
    if (n > 0)
        memcpy(in->octets + keep, other->octets + from, n);
    in->len = keep + n;
}

/* A piece of this one or of another, put in somewhere. */
static void block(struct input *in)
{
    const struct input *from = draw() & 1 ? in : &inputs[below(input_count)];
    size_t at = below(from->len);
    size_t n = 1 +
               below(from->len - at < BLOCK_MAX ? from->len - at : BLOCK_MAX);

    if (from->len > 0 && n <= from->len - at && n <= BLOCK_MAX)
        insert(in, below(in->len + 1), from->octets + at, n);
}

static void remove_some(struct input *in)
{
    size_t at = below(in->len), n = 1 + below(32);

    if (n > in->len - at)
        n = in->len - at;
    memmove(in->octets + at, in->octets + at + n, in->len - at - n);
    in->len -= n;
}

static void mutate_once(struct input *in)
{
    uint8_t o = (uint8_t)draw();
    size_t at = below(in->len);

    switch (draw() % 9) {
    case 0:
        if (in->len > 0)
            in->octets[at] ^= (uint8_t)(1u << below(8));
        break;
    case 1:
        if (in->len > 0)
            in->octets[at] = o;
        break;
    case 2:
        if (in->len > 0)
            in->octets[at] = (uint8_t)(in->octets[at] + below(9) - 4);
        break;
    case 3: magic(in); break;
    case 4: cross(in); break;
    case 5: block(in); break;
    case 6: remove_some(in); break;
    case 7: insert(in, below(in->len + 1), &o, 1); break;
    default:
        if (below(4) == 0)
            in->len = below(in->len + 1);
        break;
    }
}

/* --- running ------------------------------------------------------------- */

static void run(const struct input *in)
{
    uint8_t *o = fuzz_copy(in->octets, in->len);

    alarm(HANG_S);
    LLVMFuzzerTestOneInput(o, in->len);
    free(o);
}

static void keep(int fd, const struct input *in)
{
    if (pwrite(fd, in->octets, in->len, 0) != (ssize_t)in->len ||
        ftruncate(fd, (off_t)in->len) < 0)
        die("writing the input");
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void mutate(const char *name, double limit_s, uint64_t seed)
{
    double start = seconds(), s;
    struct input in = { (uint8_t *)fuzz_alloc(FUZZ_MAX), 0 };
    uint64_t runs = 0;
    char path[4096];
    int fd, n = snprintf(path, sizeof path, "%s.input", name);

    FUZZ_CHECK(n > 0 && (size_t)n < sizeof path && input_count > 0);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        die(path);
    do {
        const struct input *from;
        size_t steps;

        state = seed + runs * UINT64_C(0x2545f4914f6cdd1d);
        from = &inputs[below(input_count)];
        in.len = from->len < MUTATED_MAX ? from->len : MUTATED_MAX;
        if (in.len > 0)
            memcpy(in.octets, from->octets, in.len);
        for (steps = 1 + below(STEPS_MAX); steps > 0; steps--)
            mutate_once(&in);
        keep(fd, &in);
        run(&in);
        runs++;
        s = seconds() - start;
    } while (s < limit_s);
    close(fd);
    unlink(path);
    free(in.octets);
    printf("%s: seed %llu, %llu executions, %.0f a second\n", name,
           (unsigned long long)seed, (unsigned long long)runs,
           (double)runs / s);
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash != NULL ? slash + 1 : argv[0];
    double limit_s = 0;
    uint64_t seed = 1;
    char *end;
    size_t k;
    int i = 1;

    if (argc > 2 && strcmp(argv[1], "--mutate") == 0) {
        limit_s = strtod(argv[2], NULL);
        i = 3;
        if (argc > 3) {
            seed = strtoull(argv[3], &end, 0);
            if (*end == '\0')
                i = 4;
            else
                seed = 1;
        }
    }
    if (i >= argc) {
        fprintf(stderr,
                "usage: %s [--mutate SECONDS [SEED]] "
                "FILE|FOLDER...\n",
                name);
        return 2;
    }
    for (; i < argc; i++)
        add(argv[i]);
    if (limit_s > 0) {
        mutate(name, limit_s, seed);
    } else {
        for (k = 0; k < input_count; k++)
            run(&inputs[k]);
        printf("%s: %zu inputs\n", name, input_count);
    }
    for (k = 0; k < input_count; k++)
        free(inputs[k].octets);
    return 0;
}
