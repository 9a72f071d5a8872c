# SPDX-License-Identifier: GPL-3.0-or-later
# libtap: the real world, on Linux's sockets and TUN devices.

TAP_SOURCES = \
	tap/async.c \
	tap/async.h \
	tap/at.c \
	tap/at.h \
	tap/client.c \
	tap/client.h \
	tap/client_report.c \
	tap/client_report.h \
	tap/client_words.c \
	tap/client_words.h \
	tap/control.c \
	tap/control.h \
	tap/ctl.c \
	tap/ctl.h \
	tap/diagnose.c \
	tap/diagnose.h \
	tap/events.c \
	tap/events.h \
	tap/filter.c \
	tap/filter.h \
	tap/gro.c \
	tap/gro.h \
	tap/line.h \
	tap/line_serial.c \
	tap/line_serial.h \
	tap/line_tty.c \
	tap/line_tty.h \
	tap/log.c \
	tap/log.h \
	tap/keeper.c \
	tap/keeper.h \
	tap/loop.c \
	tap/loop.h \
	tap/machine.c \
	tap/machine.h \
	tap/metrics.c \
	tap/metrics.h \
	tap/netlink.c \
	tap/netlink.h \
	tap/notify.c \
	tap/notify.h \
	tap/pac.c \
	tap/pac.h \
	tap/pac_banks.c \
	tap/pac_banks.h \
	tap/pac_users.c \
	tap/pac_users.h \
	tap/pac_words.c \
	tap/pac_words.h \
	tap/pns.c \
	tap/pns.h \
	tap/pns_daemon.h \
	tap/pns_device.c \
	tap/pns_device.h \
	tap/pns_reload.c \
	tap/pns_users.c \
	tap/pns_users.h \
	tap/pns_reload.h \
	tap/pns_words.c \
	tap/pns_words.h \
	tap/ppp_words.c \
	tap/ppp_words.h \
	tap/priv.c \
	tap/priv.h \
	tap/rawgre.c \
	tap/rawgre.h \
	tap/resolver.c \
	tap/resolver.h \
	tap/record.c \
	tap/record.h \
	tap/secrets.c \
	tap/secrets.h \
	tap/tcp.c \
	tap/tcp.h \
	tap/tun.c \
	tap/tun.h \
	tap/why.c \
	tap/why.h \
	tap/world.c \
	tap/world.h \
	tap/world_io.c \
	tap/world_io.h \
	tap/world_open.c \
	tap/world_open.h \
	tap/world_orders.c \
	tap/world_orders.h

if WITH_TAP
noinst_LIBRARIES += libtap.a
libtap_a_SOURCES = $(TAP_SOURCES)
libtap_a_CFLAGS = $(AM_CFLAGS) $(NETTLE_CFLAGS) $(JANSSON_CFLAGS) \
	$(SECCOMP_CFLAGS) $(MICROHTTPD_CFLAGS)
TAP_LIBS += libtap.a
endif
