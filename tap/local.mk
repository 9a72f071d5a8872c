# SPDX-License-Identifier: GPL-3.0-or-later
# libtap: the real world, on Linux's sockets and TUN devices.

TAP_SOURCES = \
	tap/addresses.c \
	tap/addresses.h \
	tap/filter.c \
	tap/filter.h \
	tap/icmp.c \
	tap/icmp.h \
	tap/log.c \
	tap/log.h \
	tap/loop.c \
	tap/loop.h \
	tap/map.c \
	tap/map.h \
	tap/notify.c \
	tap/notify.h \
	tap/pns.c \
	tap/pns.h \
	tap/pns_impl.h \
	tap/priv.c \
	tap/priv.h \
	tap/rawgre.c \
	tap/rawgre.h \
	tap/secrets.c \
	tap/session.c \
	tap/tcp.c \
	tap/tcp.h \
	tap/timers.c \
	tap/timers.h \
	tap/tun.c \
	tap/tun.h

if WITH_PPP
noinst_LIBRARIES += libtap.a
libtap_a_SOURCES = $(TAP_SOURCES)
libtap_a_CFLAGS = $(AM_CFLAGS) $(NETTLE_CFLAGS)
TAP_LIBS += libtap.a
endif
