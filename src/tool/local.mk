# SPDX-License-Identifier: GPL-3.0-or-later
# The program. All but main.c is a library, so that unit tests can link it.

TOOL_SOURCES = \
	src/tool/attempts.c \
	src/tool/attempts.h \
	src/tool/balance.c \
	src/tool/balance.h \
	src/tool/build_id.c \
	src/tool/build_id.h \
	src/tool/call_cmd.c \
	src/tool/call_cmd.h \
	src/tool/capture_file.c \
	src/tool/capture_file.h \
	src/tool/commands.c \
	src/tool/commands.h \
	src/tool/content.c \
	src/tool/content.h \
	src/tool/csv.c \
	src/tool/csv.h \
	src/tool/ctl_client.c \
	src/tool/ctl_client.h \
	src/tool/ctl_cmd.c \
	src/tool/ctl_cmd.h \
	src/tool/ctl_table.c \
	src/tool/ctl_table.h \
	src/tool/ctl_top.c \
	src/tool/ctl_top.h \
	src/tool/curves.c \
	src/tool/curves.h \
	src/tool/daemon_cmd.c \
	src/tool/daemon_cmd.h \
	src/tool/diff.c \
	src/tool/diff.h \
	src/tool/diff_cmd.c \
	src/tool/diff_cmd.h \
	src/tool/diff_course.c \
	src/tool/diff_course.h \
	src/tool/diff_keys.c \
	src/tool/diff_keys.h \
	src/tool/diff_side.c \
	src/tool/diff_side.h \
	src/tool/events.c \
	src/tool/events.h \
	src/tool/expect.c \
	src/tool/expect.h \
	src/tool/expect_judge.c \
	src/tool/expect_judge.h \
	src/tool/figure.c \
	src/tool/figure.h \
	src/tool/figure_data.c \
	src/tool/figure_data.h \
	src/tool/figure_scale.c \
	src/tool/figure_scale.h \
	src/tool/figure_script.c \
	src/tool/figure_script.h \
	src/tool/figure_text.c \
	src/tool/figure_text.h \
	src/tool/gnuplot.c \
	src/tool/gnuplot.h \
	src/tool/histograms.c \
	src/tool/histograms.h \
	src/tool/impair_sane.c \
	src/tool/impair_sane.h \
	src/tool/impairs.c \
	src/tool/impairs.h \
	src/tool/journals.c \
	src/tool/journals.h \
	src/tool/keys.def \
	src/tool/keys_cmd.c \
	src/tool/keys_cmd.h \
	src/tool/limits.c \
	src/tool/limits.h \
	src/tool/metrics.c \
	src/tool/metrics.h \
	src/tool/metrics_cmd.c \
	src/tool/metrics_cmd.h \
	src/tool/outdir.c \
	src/tool/outdir.h \
	src/tool/outfile.c \
	src/tool/outfile.h \
	src/tool/pcapng_file.c \
	src/tool/pcapng_file.h \
	src/tool/pac_config.c \
	src/tool/pac_config.h \
	src/tool/pac_file.h \
	src/tool/pac_lines.c \
	src/tool/pns_config.c \
	src/tool/pns_config.h \
	src/tool/pilot.c \
	src/tool/pilot.h \
	src/tool/plotdata.c \
	src/tool/plotdata.h \
	src/tool/probes.c \
	src/tool/probes.h \
	src/tool/ppp_keys.c \
	src/tool/ppp_keys.h \
	src/tool/queue_sane.c \
	src/tool/queue_sane.h \
	src/tool/ranges.c \
	src/tool/ranges.h \
	src/tool/records.c \
	src/tool/records.h \
	src/tool/replay_cmd.c \
	src/tool/replay_cmd.h \
	src/tool/results.c \
	src/tool/results.h \
	src/tool/routes.c \
	src/tool/routes.h \
	src/tool/run.c \
	src/tool/run.h \
	src/tool/run_cmd.c \
	src/tool/run_cmd.h \
	src/tool/sane.c \
	src/tool/sane.h \
	src/tool/scenario.c \
	src/tool/scenario.h \
	src/tool/script_cmd.c \
	src/tool/script_cmd.h \
	src/tool/series.c \
	src/tool/series.h \
	src/tool/shots.c \
	src/tool/shots.h \
	src/tool/stop.c \
	src/tool/stop.h \
	src/tool/subscribers.c \
	src/tool/subscribers.h \
	src/tool/summary.c \
	src/tool/summary.h \
	src/tool/sweep.c \
	src/tool/sweep.h \
	src/tool/sweep_chart.c \
	src/tool/sweep_chart.h \
	src/tool/sweep_check.c \
	src/tool/sweep_check.h \
	src/tool/sweep_cmd.c \
	src/tool/sweep_cmd.h \
	src/tool/sweep_csv.c \
	src/tool/sweep_csv.h \
	src/tool/sweep_curves.c \
	src/tool/sweep_expect.c \
	src/tool/sweep_expect.h \
	src/tool/sweep_figure.c \
	src/tool/sweep_figure.h \
	src/tool/sweep_map.c \
	src/tool/sweep_show.c \
	src/tool/sweep_show.h \
	src/tool/sweep_table.c \
	src/tool/sweep_table.h \
	src/tool/sweep_view.c \
	src/tool/sweep_view.h \
	src/tool/sweep_view_cmd.c \
	src/tool/sweep_view_cmd.h \
	src/tool/tables.c \
	src/tool/tables.h \
	src/tool/tcp_keys.c \
	src/tool/tcp_keys.h \
	src/tool/users.c \
	src/tool/users.h \
	src/tool/variant.c \
	src/tool/variant.h \
	src/tool/warmup.c \
	src/tool/warmup.h \
	src/tool/daemon_check.c \
	src/tool/daemon_check.h \
	src/tool/modems.c \
	src/tool/modems.h \
	src/tool/notes.c \
	src/tool/notes.h \
	src/tool/pns_addresses.c \
	src/tool/pns_addresses.h \
	src/tool/world_config.c \
	src/tool/world_config.h

TOOL_CFLAGS = -DPKGLIBEXECDIR='"$(pkglibexecdir)"' $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(SIMGRID_CFLAGS) \
	$(GSL_CFLAGS) $(ZLIB_CFLAGS) $(SQLITE_CFLAGS)

if WITH_TOOL
noinst_LIBRARIES += libdialtone.a
libdialtone_a_SOURCES = $(TOOL_SOURCES) $(SCRIPT_SOURCES) \
	$(EXPLAIN_SOURCES)
libdialtone_a_CFLAGS = $(AM_CFLAGS) $(TOOL_CFLAGS)
TOOL_LIBS += libdialtone.a

bin_PROGRAMS += dialtone
dialtone_SOURCES = src/tool/main.c
dialtone_CFLAGS = $(AM_CFLAGS) $(TOOL_CFLAGS)
dialtone_LDADD = $(TOOL_LIBS) $(CONF_LIBS) $(BRIDGE_LIBS) $(TAP_LIBS) \
	$(SIM_LIBS) $(NAS_LIBS) \
	$(MODELS_LIBS) $(IP_LIBS) $(PPP_LIBS) \
	$(PPTP_LIBS) $(BASE_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) \
	$(ZLIB_LIBS) $(SECCOMP_LIBS) $(MICROHTTPD_LIBS)

# SimGrid stays out of the daemons: of libsim they take what has none of it.
pkglibexec_PROGRAMS += dialtone-sim
dialtone_sim_SOURCES = src/tool/sim_main.c
dialtone_sim_CFLAGS = $(AM_CFLAGS) $(TOOL_CFLAGS)
dialtone_sim_LDADD = $(TOOL_LIBS) $(LAB_LIBS) $(CONF_LIBS) $(SIM_LIBS) \
	$(NAS_LIBS) \
	$(MODELS_LIBS) $(IP_LIBS) $(PPP_LIBS) \
	$(PPTP_LIBS) $(BASE_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(SIMGRID_LIBS) $(EXPAT_LIBS) \
	$(GSL_LIBS) $(NETTLE_LIBS) $(ZLIB_LIBS) $(SQLITE_LIBS)
endif
