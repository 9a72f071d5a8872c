# SPDX-License-Identifier: GPL-3.0-or-later
# libip: IPv4 packets, and captures of them; pure.

IP_SOURCES = \
	src/ip/capture.c \
	src/ip/capture.h \
	src/ip/encap.c \
	src/ip/encap.h \
	src/ip/encap_name.c \
	src/ip/forward.c \
	src/ip/forward.h \
	src/ip/icmp.c \
	src/ip/icmp.h \
	src/ip/ipv4.c \
	src/ip/ipv4.h \
	src/ip/pcapng.c \
	src/ip/pcapng.h \
	src/ip/segment.c \
	src/ip/segment.h

noinst_LIBRARIES += libip.a
libip_a_SOURCES = $(IP_SOURCES)
IP_LIBS += libip.a
