# SPDX-License-Identifier: GPL-3.0-or-later
# A test program is one word here: tests/unit/test_X is made from
# tests/unit/test_X.c and linked with every library there is.

BASE_TESTS = \
	tests/unit/test_base \
	tests/unit/test_heap \
	tests/unit/test_hist \
	tests/unit/test_map \
	tests/unit/test_packet \
	tests/unit/test_probe \
	tests/unit/test_rng \
	tests/unit/test_text \
	tests/unit/test_wire

PPTP_TESTS = \
	tests/unit/test_ato \
	tests/unit/test_call \
	tests/unit/test_ctrl \
	tests/unit/test_engine \
	tests/unit/test_gre \
	tests/unit/test_journal \
	tests/unit/test_msg \
	tests/unit/test_node \
	tests/unit/test_peer \
	tests/unit/test_stats \
	tests/unit/test_stock \
	tests/unit/test_trace \
	tests/unit/test_tunnel \
	tests/unit/test_window

IP_TESTS = \
	tests/unit/test_encap \
	tests/unit/test_forward \
	tests/unit/test_icmp \
	tests/unit/test_ipv4 \
	tests/unit/test_pcapng \
	tests/unit/test_segment

PPP_TESTS = \
	tests/unit/test_auth \
	tests/unit/test_ccp \
	tests/unit/test_hdlc \
	tests/unit/test_ipcp \
	tests/unit/test_ipv6cp \
	tests/unit/test_lcp \
	tests/unit/test_mppe \
	tests/unit/test_mschap \
	tests/unit/test_peek \
	tests/unit/test_ppp \
	tests/unit/test_ppp_fsm \
	tests/unit/test_secrets

NAS_TESTS = \
	tests/unit/test_nas_aaa \
	tests/unit/test_nas_again \
	tests/unit/test_nas_caller \
	tests/unit/test_nas_event_text \
	tests/unit/test_nas_node \
	tests/unit/test_nas_pns \
	tests/unit/test_nas_numbers \
	tests/unit/test_nas_pac \
	tests/unit/test_nas_pool \
	tests/unit/test_nas_ppps \
	tests/unit/test_nas_why

TAP_TESTS = \
	tests/unit/test_tap_line_tty \
	tests/unit/test_tap_line_serial \
	tests/unit/test_tap_at \
	tests/unit/test_tap_async \
	tests/unit/test_tap_client \
	tests/unit/test_tap_control \
	tests/unit/test_tap_ctl \
	tests/unit/test_tap_diagnose \
	tests/unit/test_tap_events \
	tests/unit/test_tap_filter \
	tests/unit/test_tap_gro \
	tests/unit/test_tap_keeper \
	tests/unit/test_tap_log \
	tests/unit/test_tap_loop \
	tests/unit/test_tap_machine \
	tests/unit/test_tap_metrics \
	tests/unit/test_tap_notify \
	tests/unit/test_tap_pns_words \
	tests/unit/test_tap_priv \
	tests/unit/test_tap_rawgre \
	tests/unit/test_tap_record \
	tests/unit/test_tap_resolver \
	tests/unit/test_tap_tcp \
	tests/unit/test_tap_tun \
	tests/unit/test_tap_world

MODELS_TESTS = \
	tests/unit/test_arrivals \
	tests/unit/test_arrivals_trace \
	tests/unit/test_bit_errors \
	tests/unit/test_capture \
	tests/unit/test_carrier \
	tests/unit/test_delivery \
	tests/unit/test_dist \
	tests/unit/test_emodel \
	tests/unit/test_erlang \
	tests/unit/test_holding \
	tests/unit/test_jitter \
	tests/unit/test_line \
	tests/unit/test_loss_at \
	tests/unit/test_loss_blocks \
	tests/unit/test_loss_gilbert \
	tests/unit/test_loss_independent \
	tests/unit/test_modem \
	tests/unit/test_modem_link \
	tests/unit/test_ping \
	tests/unit/test_queue_codel \
	tests/unit/test_queue_fq_codel \
	tests/unit/test_queue_pie \
	tests/unit/test_queue_red \
	tests/unit/test_redial \
	tests/unit/test_tcp \
	tests/unit/test_tcp_cubic \
	tests/unit/test_tcp_loss \
	tests/unit/test_tcp_parts \
	tests/unit/test_tcp_receive \
	tests/unit/test_tcp_window \
	tests/unit/test_traffic \
	tests/unit/test_trunks \
	tests/unit/test_user \
	tests/unit/test_user_kinds \
	tests/unit/test_voice

SIM_TESTS = \
	tests/unit/test_arena \
	tests/unit/test_calendar \
	tests/unit/test_changes \
	tests/unit/test_impair \
	tests/unit/test_platform \
	tests/unit/test_platform_check \
	tests/unit/test_platform_xml \
	tests/unit/test_port \
	tests/unit/test_port_queue \
	tests/unit/test_profile \
	tests/unit/test_sim_line \
	tests/unit/test_sim_phone \
	tests/unit/test_sim_pinger \
	tests/unit/test_sim_tcp \
	tests/unit/test_world

TOOL_TESTS = \
	tests/unit/test_axes \
	tests/unit/test_capture_file \
	tests/unit/test_tree \
	tests/unit/test_curves \
	tests/unit/test_ctl_cmd \
	tests/unit/test_expect \
	tests/unit/test_explain \
	tests/unit/test_explain_findings \
	tests/unit/test_explain_near \
	tests/unit/test_explain_octets \
	tests/unit/test_figure \
	tests/unit/test_outage \
	tests/unit/test_outdir \
	tests/unit/test_outfile \
	tests/unit/test_limits \
	tests/unit/test_pac_config \
	tests/unit/test_pcapng_file \
	tests/unit/test_pool \
	tests/unit/test_probes \
	tests/unit/test_run \
	tests/unit/test_run_probes \
	tests/unit/test_run_stop \
	tests/unit/test_keys \
	tests/unit/test_scenario \
	tests/unit/test_script \
	tests/unit/test_sim_modem \
	tests/unit/test_store \
	tests/unit/test_subscribers \
	tests/unit/test_tap_config \
	tests/unit/test_units \
	tests/unit/test_warmup \
	tests/unit/test_world_wire

LAB_TESTS = \
	tests/unit/test_batch \
	tests/unit/test_cells \
	tests/unit/test_judge \
	tests/unit/test_sheet \
	tests/unit/test_stat \
	tests/unit/test_stop

# Invariants over seeds, tests/property/X from tests/property/X.c.
PROPERTY_TESTS = tests/property/books tests/property/queues

# Scripts: run by the shell with the environment below; exit 77 is a skip.
SCRIPT_TESTS = tests/arrows.sh tests/bad-scenarios.sh tests/check.sh \
	tests/closed-forms.sh \
	tests/conformance.sh tests/coverage.sh tests/diff.sh tests/doc.sh \
	tests/equivalence.sh tests/examples.sh tests/experiments.sh \
	tests/explain.sh tests/journals.sh tests/limits.sh tests/losses.sh \
	tests/names.sh tests/purity.sh \
	tests/rows.sh tests/run.sh tests/sweep.sh tests/sweep-expect.sh \
	tests/sweep-views.sh tests/truth/linux-cells.sh \
	tests/truth/ns3-cells.sh

# Of real sessions; tests/journals/README says which.
JOURNALS = \
	tests/journals/bridge-pptpd.journal \
	tests/journals/pac-pns.journal \
	tests/journals/pac-pptpd-hungup.journal \
	tests/journals/pac-pptpd-mppe.journal \
	tests/journals/pns-pac.journal \
	tests/journals/pns-pptp-cleared.journal \
	tests/journals/pns-pptp-loss.journal \
	tests/journals/pns-pptp-mppe.journal
EXTRA_DIST += tests/journals/README $(JOURNALS) tests/interop/journals.sh

# Too long for `make check`: targets of make, for `make check-long`.
LONG_CHECKS = check-asan check-valgrind mutants truth truth-linux truth-ns3

# Timings and ratios, tests/bench/X from tests/bench/X.c; never in check.
BENCHES = tests/bench/dumbbell tests/bench/hdlc tests/bench/mppe \
	tests/bench/ppp

SUPPORT_SOURCES = \
	tests/support/fail.c \
	tests/support/fake.c \
	tests/support/fake.h \
	tests/support/rig.c \
	tests/support/rig.h \
	tests/support/stride.h \
	tests/support/suite.h

UNIT_TESTS =
if WITH_TESTS
UNIT_TESTS += $(BASE_TESTS) $(PPTP_TESTS) $(IP_TESTS)
if WITH_PPP
UNIT_TESTS += $(PPP_TESTS) $(NAS_TESTS)
endif
if WITH_TAP
UNIT_TESTS += $(TAP_TESTS)
endif
if WITH_MODELS
UNIT_TESTS += $(MODELS_TESTS)
endif
if WITH_SIM
UNIT_TESTS += $(SIM_TESTS)
PROPERTIES = $(PROPERTY_TESTS)
endif
if WITH_TOOL
UNIT_TESTS += $(LAB_TESTS) $(TOOL_TESTS)
endif
endif

# In distributions whatever is configured.
EXTRA_DIST += \
	$(SCRIPT_TESTS) \
	$(BASE_TESTS:=.c) \
	$(PPTP_TESTS:=.c) \
	$(IP_TESTS:=.c) \
	$(PPP_TESTS:=.c) \
	$(NAS_TESTS:=.c) \
	tests/unit/nas_wire.h \
	$(TAP_TESTS:=.c) \
	tests/unit/explain_compose.h \
	tests/unit/nas_callers.h \
	tests/unit/nas_pns_rig.h \
	tests/unit/defaults.h \
	tests/unit/loss_rig.h \
	tests/unit/queue_rig.h \
	tests/unit/sim_tcp_rig.h \
	tests/unit/run_rig.h \
	tests/unit/tap_fake.h \
	tests/unit/tap_gro_cut.h \
	tests/unit/tap_lines.h \
	tests/unit/tcp_ends.h \
	tests/unit/tcp_pair.h \
	tests/unit/user_rig.h \
	$(MODELS_TESTS:=.c) \
	$(SIM_TESTS:=.c) \
	$(LAB_TESTS:=.c) \
	$(TOOL_TESTS:=.c) \
	$(PROPERTY_TESTS:=.c) \
	tests/property/mutants.sh \
	$(BENCHES:=.c) \
	tests/unit/ppp_ends.h \
	tests/dialect.awk \
	tests/dialect.sh \
	tests/format-check \
	tests/check-long.sh \
	tests/shape.sh \
	tests/sweep-rig.sh \
	tests/lsan.supp \
	tests/valgrind.supp

check_LIBRARIES += libsupport.a
libsupport_a_SOURCES = $(SUPPORT_SOURCES)

# Defaults of every program without its own: tests and benches.
AM_CPPFLAGS += $(CHECK_CFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS) \
	$(SIMGRID_CFLAGS) $(GSL_CFLAGS) $(NETTLE_CFLAGS) $(ZLIB_CFLAGS) \
	$(SQLITE_CFLAGS)
LDADD = $(TOOL_LIBS) $(LAB_LIBS) $(CONF_LIBS) $(BRIDGE_LIBS) $(SIM_LIBS) \
	$(MODELS_LIBS) $(TAP_LIBS) \
	$(NAS_LIBS) $(IP_LIBS) $(PPP_LIBS) $(PPTP_LIBS) $(BASE_LIBS) \
	libsupport.a $(PPTP_LIBS) $(BASE_LIBS) $(CHECK_LIBS) $(YAML_LIBS) \
	$(JANSSON_LIBS) \
	$(SIMGRID_LIBS) $(EXPAT_LIBS) $(GSL_LIBS) $(NETTLE_LIBS) $(ZLIB_LIBS) \
	$(SECCOMP_LIBS) $(MICROHTTPD_LIBS) $(SQLITE_LIBS)

check_PROGRAMS += $(UNIT_TESTS) $(PROPERTIES)
EXTRA_PROGRAMS += $(BENCHES)
CLEANFILES += $(BENCHES) $(BENCHES:=.json)

TESTS += $(UNIT_TESTS) $(PROPERTIES) $(SCRIPT_TESTS)
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
if WITH_MODELS
PURE_MODELS = $(MODELS_SOURCES)
endif
if WITH_PPP
PURE_PPP = $(PPP_SOURCES)
PURE_NAS = $(NAS_SOURCES)
endif
# Check gives a test that forks four seconds, which are too few under
# sanitizers or valgrind on a machine that does other things as well.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	AR='$(AR)'; CC='$(CC)'; LD='$(LD)'; OBJDUMP='$(OBJDUMP)'; NM='$(NM)'; \
	GSL_CFLAGS='$(GSL_CFLAGS)'; \
	BASE_SOURCES='$(BASE_SOURCES)'; PPTP_SOURCES='$(PPTP_SOURCES)'; \
	PPP_SOURCES='$(PURE_PPP)'; IP_SOURCES='$(IP_SOURCES)'; \
	NAS_SOURCES='$(PURE_NAS)'; MODELS_SOURCES='$(PURE_MODELS)'; \
	LSAN_OPTIONS='suppressions=$(abs_top_srcdir)/tests/lsan.supp'; \
	CK_DEFAULT_TIMEOUT=60; \
	DIALTONE_LINK='$(dialtone_LDADD)'; \
	DIALTONE_SIM_LINK='$(dialtone_sim_LDADD)'; \
	ROWS_CFLAGS='$(DEFS) $(AM_CFLAGS) $(CFLAGS) $(JANSSON_CFLAGS)'; \
	export DIALTONE_LINK DIALTONE_SIM_LINK ROWS_CFLAGS \
	    top_srcdir top_builddir AR CC LD NM OBJDUMP GSL_CFLAGS \
	    BASE_SOURCES PPTP_SOURCES PPP_SOURCES IP_SOURCES NAS_SOURCES \
	    MODELS_SOURCES LSAN_OPTIONS \
	    CK_DEFAULT_TIMEOUT;

# A process for each of these tests: SimGrid starts once a process, and some
# change folder and descriptors.
FORKING_TESTS = tests/unit/test_ctl_cmd tests/unit/test_platform \
	tests/unit/test_platform_check tests/unit/test_profile \
	tests/unit/test_script \
	tests/unit/test_world tests/unit/test_world_wire $(TAP_TESTS)

VALGRIND_FLAGS = --quiet --error-exitcode=1 --leak-check=full \
	--errors-for-leak-kinds=definite \
	--suppressions='$(abs_top_srcdir)/tests/valgrind.supp'

# Side by side; loops that are slow take every seventh turn.
VALGRIND_RUNS = $(UNIT_TESTS:=.valgrind)
CLEANFILES += $(VALGRIND_RUNS)
check-valgrind: $(check_PROGRAMS)
	@if test -z "$(VALGRIND)"; then \
	    echo "SKIP: check-valgrind: no valgrind"; exit 0; fi; \
	rm -f $(VALGRIND_RUNS); \
	$(MAKE) $(AM_MAKEFLAGS) -k $(VALGRIND_RUNS) && \
	echo "valgrind: $(words $(VALGRIND_RUNS)) passed"

$(VALGRIND_RUNS):
	@$(AM_TESTS_ENVIRONMENT) t='$(@:.valgrind=)'; \
	case " $(FORKING_TESTS) " in *" $$t "*) fork=yes;; *) fork=no;; esac; \
	if LOOP_STRIDE=7 CK_FORK=$$fork "$(VALGRIND)" $(VALGRIND_FLAGS) \
	    "./$$t" >$@ 2>&1; then echo "PASS: valgrind $$t"; \
	else cat $@; mv $@ "$$t.log"; echo "FAIL: valgrind $$t"; exit 1; fi

# What tests/coverage.sh asks the lab.
if WITH_TOOL
check_PROGRAMS += tests/coverage
tests_coverage_SOURCES = tests/coverage.c
endif
EXTRA_DIST += tests/coverage.c

# Each counter of the books taken away in turn: must be noticed every time.
mutants: tests/property/books$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) \
	$(SHELL) '$(srcdir)/tests/property/mutants.sh'

# tests/platforms.sh FOLDER: platforms that are not ours, by hand.
if WITH_SIM
EXTRA_PROGRAMS += tests/hosts
CLEANFILES += tests/hosts$(EXEEXT)
tests_hosts_SOURCES = tests/hosts.c
endif
EXTRA_DIST += tests/hosts.c tests/platforms.sh

# Windows against loss by formula; `make truth`: of less loss, too, and one
# flow beside Debian's ns-3.
if WITH_TESTS
if WITH_MODELS
check_PROGRAMS += tests/truth/cubic
TESTS += tests/truth/cubic
tests_truth_cubic_SOURCES = tests/truth/cubic.c
endif
if WITH_SIM
truth: tests/truth/cubic$(EXEEXT) tests/truth/tcp_flows$(EXEEXT)
	./tests/truth/cubic long
	@top_srcdir='$(srcdir)' top_builddir=. \
	    $(SHELL) '$(srcdir)/tests/truth/ns3-cubic.sh'; \
	code=$$?; test $$code -eq 77 || exit $$code
endif
endif
CLEANFILES += tests/truth/ns3_tcp
EXTRA_DIST += tests/truth/cubic.c tests/truth/ns3-cubic.sh \
	tests/truth/ns3_reno.hh tests/truth/ns3_tcp.cc

# Bulk flows of ns-3, as it is and put right: `make check` has cheap cells of
# ours beside what ns-3 said of them, this all; with NS3=run ns-3 is asked anew.
EXTRA_DIST += \
	tests/truth/cells.awk \
	tests/truth/compare.awk \
	tests/truth/ns3-cells.csv \
	tests/truth/ns3-figure.gp \
	tests/truth/ns3-rfc-cells.csv \
	tests/truth/ns3.xml \
	tests/truth/ns3.yaml
truth-ns3: dialtone$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) NS3='$(NS3)' \
	$(SHELL) '$(srcdir)/tests/truth/ns3-cells.sh' all; \
	code=$$?; test $$code -eq 77 || exit $$code
# doc/truth-ns3.svg, of what that has left
ns3-figure:
	gnuplot -e "here='$(srcdir)/tests/truth'; out='truth-ns3.svg'; \
	    ours='tests/truth/ns3.d/ours.csv'" \
	    '$(srcdir)/tests/truth/ns3-figure.gp'
CLEANFILES += truth-ns3.svg

# Bulk flows under Linux's own TCP, in a guest whose clock is its own: an hour.
EXTRA_DIST += \
	tests/truth/linux-init \
	tests/truth/linux.sh \
	tests/truth/linux_flows.c \
	tests/truth/linux_queue.c \
	tests/truth/linux_queue.h
# What it said is kept, and held against the same flows in the simulator.
if WITH_SIM
if WITH_TESTS
check_PROGRAMS += tests/truth/tcp_flows
tests_truth_tcp_flows_SOURCES = tests/truth/tcp_flows.c
TCP_FLOWS = tests/truth/tcp_flows$(EXEEXT)
endif
endif
CLEANFILES += tests/truth/ours.csv
EXTRA_DIST += tests/truth/linux-6.1.csv tests/truth/linux.awk \
	tests/truth/tcp_flows.c
truth-linux: $(TCP_FLOWS)
	@$(MKDIR_P) tests/truth; $(AM_TESTS_ENVIRONMENT) \
	$(SHELL) '$(srcdir)/tests/truth/linux.sh' tests/truth/linux.csv && \
	$(SHELL) '$(srcdir)/tests/truth/linux-cells.sh' tests/truth/linux.csv; \
	code=$$?; test $$code -eq 77 || exit $$code

# All of these, one after the other; doc/check-long.md keeps what they said.
check-long:
	@$(AM_TESTS_ENVIRONMENT) MAKE='$(MAKE)'; export MAKE; \
	$(SHELL) '$(srcdir)/tests/check-long.sh' $(LONG_CHECKS)

# What looks into files of sweeps.
if WITH_TOOL
check_PROGRAMS += tests/sql
tests_sql_SOURCES = tests/sql.c
tests_sql_LDADD = $(SQLITE_LIBS)
endif
EXTRA_DIST += tests/sql.c

# Other implementations, in network namespaces or guests of their own: root.
if WITH_PPP
PPPD_PEER = tests/interop/pppd/peer$(EXEEXT)
EXTRA_PROGRAMS += tests/interop/pppd/peer
CLEANFILES += tests/interop/pppd/peer$(EXEEXT)
tests_interop_pppd_peer_SOURCES = \
	tests/interop/pppd/peer.c \
	tests/interop/pppd/peer.h \
	tests/interop/pppd/steps.c \
	tests/interop/pppd/traffic.c
tests_interop_pppd_peer_LDADD = $(PPP_LIBS) $(PPTP_LIBS) \
	$(BASE_LIBS) libsupport.a $(NETTLE_LIBS)
endif
# Small tools of theirs: one source each, with no library.
INTEROP_TOOLS = tests/interop/hostile tests/interop/modem \
	tests/interop/relay
EXTRA_PROGRAMS += $(INTEROP_TOOLS)
CLEANFILES += $(INTEROP_TOOLS)
tests_interop_hostile_SOURCES = tests/interop/hostile.c
tests_interop_hostile_LDADD =
tests_interop_modem_SOURCES = tests/interop/modem.c
tests_interop_modem_LDADD =
tests_interop_relay_SOURCES = tests/interop/relay.c
tests_interop_relay_LDADD =

# Loaded before User Mode Linux: its comment says why.
UML_MORE = tests/interop/xstate.so
CLEANFILES += $(UML_MORE)
$(UML_MORE): tests/interop/xstate.c
	$(AM_V_at)$(MKDIR_P) tests/interop
	$(AM_V_CC)$(CC) $(DEFS) -I. $(AM_CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) \
	    -shared -fPIC -o $@ $<

INTEROP_CHECKS = daemons equivalence pac pns bridge wire scripts pppd nat \
	hostile
EXTRA_DIST += \
	$(INTEROP_TOOLS:=.c) \
	$(INTEROP_CHECKS:%=tests/interop/%.sh) \
	tests/interop/all.sh \
	tests/interop/common.sh \
	tests/equivalence/common.sh \
	tests/equivalence/expected \
	tests/equivalence/read.awk \
	tests/equivalence/script \
	tests/equivalence/told.awk \
	tests/interop/pppd/guest \
	tests/interop/pppd/init \
	tests/interop/quirks \
	tests/interop/servers.sh \
	tests/interop/servers/guest \
	tests/interop/servers/init \
	tests/interop/uml \
	tests/interop/wire-common.sh \
	tests/interop/xstate.c

check-interop: dialtone$(EXEEXT) dialtone-sim$(EXEEXT) $(PPPD_PEER) \
    $(INTEROP_TOOLS) $(UML_MORE)
	@$(AM_TESTS_ENVIRONMENT) \
	$(SHELL) '$(srcdir)/tests/interop/all.sh' $(INTEROP_CHECKS)

# All of it on the other Debian: root.
EXTRA_DIST += tests/debian13.sh
check-debian13: dialtone$(EXEEXT) dialtone-sim$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) \
	$(SHELL) '$(srcdir)/tests/debian13.sh'; \
	code=$$?; test $$code -eq 77 || exit $$code

# What a packet costs on the wire: root, networks of its own, half a minute.
WIRE_BENCH_SOURCES = \
	tests/bench/wire.c \
	tests/bench/wire.h \
	tests/bench/wire_bare.c \
	tests/bench/wire_line.c \
	tests/bench/wire_net.c \
	tests/bench/wire_peer.c \
	tests/bench/wire_traffic.c
if WITH_PPP
WIRE_BENCH = tests/bench/wire$(EXEEXT)
EXTRA_PROGRAMS += tests/bench/wire
CLEANFILES += tests/bench/wire$(EXEEXT)
tests_bench_wire_SOURCES = $(WIRE_BENCH_SOURCES)
tests_bench_wire_LDADD = $(NAS_LIBS) $(PPP_LIBS) $(PPTP_LIBS) \
	$(BASE_LIBS) libsupport.a $(NETTLE_LIBS)
endif
EXTRA_PROGRAMS += tests/bench/silent
CLEANFILES += tests/bench/silent$(EXEEXT)
tests_bench_silent_SOURCES = tests/bench/silent.c
tests_bench_silent_LDADD =
CLEANFILES += tests/bench/wire.json tests/bench/wire_load.json \
	tests/bench/wire_setup.json
EXTRA_DIST += $(WIRE_BENCH_SOURCES) tests/bench/silent.c \
	tests/bench/wire_load.sh tests/bench/wire_setup.sh

bench-wire: dialtone$(EXEEXT) $(WIRE_BENCH) tests/bench/silent$(EXEEXT)
	@echo "# packets, JSON in tests/bench/wire.json"; \
	./tests/bench/wire tests/bench/wire.json ./dialtone; \
	code=$$?; test $$code -eq 77 || test $$code -eq 0 || exit $$code; \
	echo "# set-ups, JSON in tests/bench/wire_setup.json"; \
	top_builddir=. $(SHELL) '$(srcdir)/tests/bench/wire_setup.sh' \
	    tests/bench/wire_setup.json; \
	code=$$?; test $$code -eq 77 || exit $$code

# Half of what daemons can take, all of it, three times as much: root, two
# minutes.
bench-load: dialtone$(EXEEXT)
	@top_builddir=. $(SHELL) '$(srcdir)/tests/bench/wire_load.sh' \
	    tests/bench/wire_load.json; \
	code=$$?; test $$code -eq 77 || exit $$code

# The simulator beside itself as it was, where there is the history to build
# that of; then the others.
BENCH_COMMIT = c193a3f
EXTRA_DIST += tests/bench/before.sh tests/bench/$(BENCH_COMMIT).patch
# The same dumbbell in Debian's ns-3 and in csg-htsim (HTSIM: the folder of its
# library): minutes, and what is missing is named and left out.
EXTRA_DIST += tests/bench/htsim_bare.cc tests/bench/ns3_bare.cc \
	tests/bench/others.sh tests/truth/ns3-build.sh \
	tests/truth/ns3_dumbbell.hh
CLEANFILES += tests/bench/others.json
bench-others: libsupport.a tests/bench/dumbbell$(EXEEXT) dialtone$(EXEEXT)
	@top_srcdir='$(abs_top_srcdir)' top_builddir=. \
	    $(SHELL) '$(srcdir)/tests/bench/others.sh' \
	    tests/bench/others.json

bench: libsupport.a $(BENCHES)
	@before=`srcdir='$(srcdir)' $(SHELL) '$(srcdir)/tests/bench/before.sh' \
	    $(BENCH_COMMIT) CC='$(CC)' CFLAGS='$(CFLAGS)'`; \
	code=$$?; test $$code -eq 0 || test $$code -eq 77 || exit $$code; \
	for b in $(BENCHES); do echo "# $$b, JSON in $$b.json"; \
	    case $$b in */dumbbell) more=$$before ;; *) more= ;; esac; \
	    ./$$b $$b.json $${more:+"$$more"} || exit 1; done
