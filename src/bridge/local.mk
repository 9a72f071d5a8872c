# SPDX-License-Identifier: GPL-3.0-or-later
# libbridge: simulated lines and callers before a PAC of the real world.

BRIDGE_SOURCES = \
	src/bridge/bridge.c \
	src/bridge/bridge.h

if WITH_TOOL
noinst_LIBRARIES += libbridge.a
libbridge_a_SOURCES = $(BRIDGE_SOURCES)
libbridge_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
BRIDGE_LIBS += libbridge.a
endif
