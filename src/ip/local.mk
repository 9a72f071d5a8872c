# SPDX-License-Identifier: GPL-3.0-or-later
# libip: IPv4 packets, pure.

IP_SOURCES = \
	src/ip/forward.c \
	src/ip/forward.h \
	src/ip/icmp.c \
	src/ip/icmp.h

noinst_LIBRARIES += libip.a
libip_a_SOURCES = $(IP_SOURCES)
IP_LIBS += libip.a
