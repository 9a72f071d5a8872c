/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modems while the line drifts; modem_link.h. */
#include "config.h"

#include "models/modem_link.h"

#include <gsl/gsl_randist.h>
#include <math.h>

/* A look is due when a limit is so many deviations away. */
#define FAR_SIGMAS 3.0
#define LOOK_MIN_NS PPTP_S

/* The line as it is now. */
static struct modem_line drifted(const struct modem_link *l)
{
    struct modem_line line = l->line;

    line.snr_db += l->drift_db;
    if (line.pcm_snr_db > 0)
        line.pcm_snr_db += l->drift_db;
    return line;
}

/* How far a rate is above its need, in dB. */
static double spare_db(const struct modem_link *l, const struct modem_rate *r)
{
    struct modem_line line = drifted(l);

    return modem_line_snr_db(&line, r) - modem_snr_db(&l->config->modem, r);
}

static double least_spare_db(const struct modem_link *l)
{
    double down = spare_db(l, &l->down), up = spare_db(l, &l->up);

    return down < up ? down : up;
}

/* What modems would choose now, with so many dB more to spare. */
static bool choose(const struct modem_link *l, double more_db,
                   struct modem_rate *down, struct modem_rate *up)
{
    struct modem_config c = l->config->modem;
    struct modem_line line = drifted(l);

    c.margin_db += more_db;
    return modem_pick(&c, &line, down, up);
}

/* How far up the line must drift before a faster rate is taken: a step of the
 * rate is more than 1 dB. */
static double to_faster_db(const struct modem_link *l)
{
    struct modem_rate down, up;
    struct modem_link then = *l;

    for (double db = 0.25; db <= 8; db += 0.25) {
        then.drift_db = l->drift_db + db;
        if (choose(&then, l->config->faster_db, &down, &up) &&
            (down.bps > l->down.bps || up.bps > l->up.bps))
            return db;
    }
    return INFINITY;
}

/* --- drift ------------------------------------------------------------------ */

static double remains(const struct modem_link *l, pptp_ns t)
{
    return exp(-(double)t / (double)l->config->drift_ns);
}

static void drift(struct modem_link *l, pptp_ns now)
{
    double sigma = l->config->drift_sigma_db, e = remains(l, now - l->at_ns);

    if (sigma > 0)
        l->drift_db = l->drift_db * e +
                      gsl_ran_gaussian_ziggurat(dist_gsl(&l->rng),
                                                sigma * sqrt(1 - e * e));
    l->at_ns = now;
}

/* Whether a limit so far below, or above, may have been passed by then. */
static bool may_pass(const struct modem_link *l, pptp_ns t, double below_db,
                     double above_db)
{
    double e = remains(l, t), x = l->drift_db;
    double reach = FAR_SIGMAS * l->config->drift_sigma_db * sqrt(1 - e * e);

    return x - x * e + reach > below_db || x * e - x + reach > above_db;
}

static void plan_look(struct modem_link *l, pptp_ns now)
{
    double below = least_spare_db(l), above = to_faster_db(l);
    pptp_ns t;

    l->look_ns = PPTP_NEVER;
    if (!(l->config->drift_sigma_db > 0))
        return;
    for (t = LOOK_MIN_NS; t <= 8 * l->config->drift_ns; t += t / 2)
        if (may_pass(l, t, below, above)) {
            l->look_ns = now + t;
            return;
        }
}

/* --- what happens ------------------------------------------------------------ */

static void down(struct modem_link *l, bool lost)
{
    l->state = MODEM_LINK_DOWN;
    l->lost = lost;
    l->look_ns = l->dropout_at_ns = PPTP_NEVER;
}

static void pause(struct modem_link *l, pptp_ns now,
                  enum modem_link_state state)
{
    l->state = (uint8_t)state;
    l->look_ns = now + (state == MODEM_LINK_RETRAINS
                            ? l->config->retrain_ns[l->down.modulation]
                            : l->config->renegotiate_ns);
}

static void retrain(struct modem_link *l, pptp_ns now)
{
    if (l->row == 0 || now - l->row_ns > l->config->retrains_ns) {
        l->row = 0;
        l->row_ns = now;
    }
    l->retrains++;
    if (++l->row > l->config->retrains)
        down(l, false);
    else
        pause(l, now, MODEM_LINK_RETRAINS);
}

/* The end of a pause: rates for the line as it is then. */
static void resume(struct modem_link *l, pptp_ns now)
{
    struct modem_rate to, from;

    if (!choose(l, 0, &to, &from)) {
        down(l, false);
        return;
    }
    l->faster += to.bps > l->down.bps;
    l->slower += to.bps < l->down.bps;
    l->down = to;
    l->up = from;
    l->state = MODEM_LINK_DATA;
    plan_look(l, now);
}

/* True: it does not stay as it is. */
static bool look(struct modem_link *l, pptp_ns now)
{
    double spare = least_spare_db(l);
    struct modem_rate to, from;

    if (spare < -l->config->retrain_db)
        retrain(l, now);
    else if (spare < 0 || (choose(l, l->config->faster_db, &to, &from) &&
                           (to.bps > l->down.bps || from.bps > l->up.bps)))
        pause(l, now, MODEM_LINK_RENEGOTIATES);
    else
        plan_look(l, now);
    return l->state != MODEM_LINK_DATA;
}

bool modem_link_start(struct modem_link *l,
                      const struct modem_link_config *config,
                      const struct modem_line *line, pptp_ns now,
                      uint64_t seed)
{
    *l = (struct modem_link){ .config = config,
                              .line = *line,
                              .at_ns = now,
                              .dropout_at_ns = PPTP_NEVER };
    dist_rng_init(&l->rng, seed, "modems");
    if (config->drift_sigma_db > 0)
        l->drift_db = gsl_ran_gaussian_ziggurat(dist_gsl(&l->rng),
                                                config->drift_sigma_db);
    if (config->dropout_ns != 0)
        l->dropout_at_ns = now +
                           dist_exponential_ns(&l->rng, config->dropout_ns);
    if (!choose(l, 0, &l->down, &l->up)) {
        down(l, false);
        return false;
    }
    plan_look(l, now);
    return true;
}

pptp_ns modem_link_deadline(const struct modem_link *l)
{
    return l->look_ns < l->dropout_at_ns ? l->look_ns : l->dropout_at_ns;
}

bool modem_link_advance(struct modem_link *l, pptp_ns now)
{
    if (l->dropout_at_ns <= now) {
        down(l, true);
        return true;
    }
    if (l->look_ns > now)
        return false;
    drift(l, now);
    if (l->state == MODEM_LINK_DATA)
        return look(l, now);
    resume(l, now);
    return true;
}

double modem_link_ber(const struct modem_link *l, bool to_caller)
{
    const struct modem_rate *r = to_caller ? &l->down : &l->up;
    struct modem_line line = drifted(l);

    return modem_ber(&l->config->modem, r, modem_line_snr_db(&line, r));
}
