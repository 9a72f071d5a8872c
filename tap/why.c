/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Causes in words; why.h. */
#include "config.h"

#include "tap/why.h"

#include <stddef.h>

const char *tap_why_text(enum nas_why why)
{
    static const char *const text[NAS_WHYS] = {
        [NAS_WHY_REFUSED] = "for a reason that RFC 2637 does not know",
        [NAS_WHY_NOT_WANTED] = "it does not want the call",
        [NAS_WHY_NO_CARRIER] = "no carrier",
        [NAS_WHY_BUSY] = "busy",
        [NAS_WHY_NO_DIAL_TONE] = "no dial tone",
        [NAS_WHY_NOBODY_THERE] = "nobody answered there in time",
        [NAS_WHY_PROHIBITED] = "it is prohibited there",
        [NAS_WHY_ERROR] = "it fails, see its log",
        [NAS_WHY_NOT_CONNECTED] = "it has no such control connection",
        [NAS_WHY_MALFORMED] = "it finds our message malformed",
        [NAS_WHY_BAD_VALUE] = "it finds a value in our message bad",
        [NAS_WHY_NO_RESOURCE] = "it has no line or address free; later it may",
        [NAS_WHY_BAD_CALL_ID] = "it takes the Call ID for a bad one",
        [NAS_WHY_EQUIPMENT] = "its equipment fails, see its log",
        [NAS_WHY_UNFIT] =
            "it was connected in another way than wanted (speed, framing)",
        [NAS_WHY_LINE_LATE] = "the line was not connected in time",
        [NAS_WHY_HERE] = "ended here",
        [NAS_WHY_CLEARED] = "the other side cleared the call",
        [NAS_WHY_UNANSWERED] =
            "nobody answered the request for the call in time",
        [NAS_WHY_CONN_LOST] = "the control connection was lost",
        [NAS_WHY_RANG_IN_VAIN] = "nobody answered within 60 s",
        [NAS_WHY_NO_ROOM] = "`limits` here have no room for one more call",
        [NAS_WHY_NO_PNS] = "no PNS was connected",
        [NAS_WHY_NO_ADDRESS] = "no server has an address",
        [NAS_WHY_CLOSED_AT_ONCE] = "the server closed the connection at once",
        [NAS_WHY_SILENT] = "the server took the connection and said nothing",
        [NAS_WHY_UNWELCOME] = "the server did not want the connection",
        [NAS_WHY_NO_PORT] = "no port was left at our address, or it was gone",
        [NAS_WHY_NOT_LISTENING] = "nobody listens at the server's TCP port",
        [NAS_WHY_TCP_TIMEOUT] = "TCP was not answered in time",
        [NAS_WHY_UNREACHABLE] = "the server cannot be reached",
    };

    return why < NAS_WHYS ? text[why] : NULL;
}
