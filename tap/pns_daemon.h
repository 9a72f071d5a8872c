/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS daemon as it runs: role, devices, users, and what was read last. */
#ifndef TAP_PNS_DAEMON_H
#define TAP_PNS_DAEMON_H

#include "tap/pns_device.h"
#include "tap/secrets.h"

enum { PNS_FILE_SECRETS, PNS_FILE_CONFIG }; /* of the keeper */

struct tap_pns {
    struct nas_pns role; /* first member */
    struct tap_world world;
    struct tap_pns_config now; /* as it was read last */
    struct tap_devices devices;
    struct tap_secrets secrets;
};

#endif
