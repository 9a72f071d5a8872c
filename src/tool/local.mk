# SPDX-License-Identifier: GPL-3.0-or-later
# The program. All but main.c is a library, so that unit tests can link it.

TOOL_SOURCES = \
	src/tool/config.c \
	src/tool/config.h \
	src/tool/expect.c \
	src/tool/expect.h \
	src/tool/figure.c \
	src/tool/figure.h \
	src/tool/journals.c \
	src/tool/journals.h \
	src/tool/keys.c \
	src/tool/keys.def \
	src/tool/keys.h \
	src/tool/pcapng.c \
	src/tool/pcapng.h \
	src/tool/pns_cmd.c \
	src/tool/pns_cmd.h \
	src/tool/pns_config.c \
	src/tool/pns_config.h \
	src/tool/records.c \
	src/tool/records.h \
	src/tool/replay_cmd.c \
	src/tool/replay_cmd.h \
	src/tool/run.c \
	src/tool/run.h \
	src/tool/run_cmd.c \
	src/tool/run_cmd.h \
	src/tool/scenario.c \
	src/tool/scenario.h \
	src/tool/script_cmd.c \
	src/tool/script_cmd.h \
	src/tool/shots.c \
	src/tool/shots.h \
	src/tool/units.c \
	src/tool/units.h \
	src/tool/variant.c \
	src/tool/variant.h

TOOL_CFLAGS = $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(SIMGRID_CFLAGS) \
	$(GSL_CFLAGS)

if WITH_TOOL
noinst_LIBRARIES += libdialtone.a
libdialtone_a_SOURCES = $(TOOL_SOURCES) $(SCRIPT_SOURCES) \
	$(EXPLAIN_SOURCES)
libdialtone_a_CFLAGS = $(AM_CFLAGS) $(TOOL_CFLAGS)
TOOL_LIBS += libdialtone.a

bin_PROGRAMS += dialtone
dialtone_SOURCES = src/tool/main.c
dialtone_CFLAGS = $(AM_CFLAGS) $(TOOL_CFLAGS)
dialtone_LDADD = $(TOOL_LIBS) $(SIM_LIBS) $(MODELS_LIBS) $(TAP_LIBS) \
	$(PPP_LIBS) \
	$(PPTP_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(SIMGRID_LIBS) \
	$(GSL_LIBS) $(NETTLE_LIBS)
endif
