# SPDX-License-Identifier: GPL-3.0-or-later
# libsim: the simulated world, over SimGrid.

SIM_SOURCES = \
	sim/address.c \
	sim/address.h \
	sim/arena.c \
	sim/arena.h \
	sim/attempts.c \
	sim/attempts.h \
	sim/books.c \
	sim/books.h \
	sim/burden.c \
	sim/burden.h \
	sim/calendar.c \
	sim/calendar.h \
	sim/call_probes.c \
	sim/call_probes.h \
	sim/calls.c \
	sim/calls.h \
	sim/changes.c \
	sim/changes.h \
	sim/carry.c \
	sim/carry.h \
	sim/copy.h \
	sim/ends.c \
	sim/ends.h \
	sim/feed.c \
	sim/feed.h \
	sim/file.c \
	sim/file.h \
	sim/group.c \
	sim/group.h \
	sim/host.c \
	sim/host.h \
	sim/host_tcp.c \
	sim/host_tcp.h \
	sim/impair.c \
	sim/impair.h \
	sim/line.c \
	sim/line.h \
	sim/measure.c \
	sim/measure.h \
	sim/modem.c \
	sim/modem.h \
	sim/orders.c \
	sim/orders.h \
	sim/pac.c \
	sim/pac.h \
	sim/pace.c \
	sim/pace.h \
	sim/phone.c \
	sim/phone.h \
	sim/pinger.c \
	sim/pinger.h \
	sim/platform.c \
	sim/platform.h \
	sim/platform_check.c \
	sim/platform_check.h \
	sim/platform_xml.c \
	sim/platform_xml.h \
	sim/pns.c \
	sim/pns.h \
	sim/port.c \
	sim/port.h \
	sim/port_probes.c \
	sim/port_probes.h \
	sim/port_queue.c \
	sim/port_queue.h \
	sim/port_warm.c \
	sim/ppp.c \
	sim/ppp.h \
	sim/profile.c \
	sim/profile.h \
	sim/reopen.c \
	sim/reopen.h \
	sim/returns.c \
	sim/returns.h \
	sim/simgrid.c \
	sim/simgrid.h \
	sim/sources.c \
	sim/sources.h \
	sim/subscribers.c \
	sim/subscribers.h \
	sim/tcp.c \
	sim/tcp.h \
	sim/tcp_conns.c \
	sim/tcp_conns.h \
	sim/tcp_octets.c \
	sim/tcp_octets.h \
	sim/totals.c \
	sim/totals.h \
	sim/user_probes.c \
	sim/user_probes.h \
	sim/users.c \
	sim/users.h \
	sim/voices.c \
	sim/voices.h \
	sim/which.c \
	sim/which.h \
	sim/world.c \
	sim/world.h

if WITH_SIM
noinst_LIBRARIES += libsim.a
libsim_a_SOURCES = $(SIM_SOURCES)
libsim_a_CFLAGS = $(AM_CFLAGS) $(SIMGRID_CFLAGS) $(EXPAT_CFLAGS) \
	$(GSL_CFLAGS)
SIM_LIBS += libsim.a
endif
