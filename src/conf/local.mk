# SPDX-License-Identifier: GPL-3.0-or-later
# What is written in a file or after --set: trees, tables of keys, quantities.

CONF_SOURCES = \
	src/conf/key_docs.c \
	src/conf/key_docs.h \
	src/conf/key_path.c \
	src/conf/key_path.h \
	src/conf/key_rows.h \
	src/conf/keys.c \
	src/conf/keys.h \
	src/conf/nearest.c \
	src/conf/nearest.h \
	src/conf/pptp_keys.c \
	src/conf/pptp_keys.h \
	src/conf/tree.c \
	src/conf/tree.h \
	src/conf/units.c \
	src/conf/units.h

if WITH_TOOL
noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = $(CONF_SOURCES)
libconf_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS)
CONF_LIBS += libconf.a
endif
