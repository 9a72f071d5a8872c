# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzz targets: tests/fuzz/X from X.c, which defines LLVMFuzzerTestOneInput,
# and driver.c, which is its main.  make check replays their corpora.

FUZZ_COMMON = tests/fuzz/driver.c tests/fuzz/fuzz.h

FUZZ_MODELS = tests/fuzz/tcp
FUZZ_PPTP = tests/fuzz/pptp_peer
FUZZ_PPP = tests/fuzz/at tests/fuzz/hdlc tests/fuzz/ppp_session
FUZZ_TAP = tests/fuzz/gro
FUZZ_TOOL = tests/fuzz/explain tests/fuzz/script_text

tests_fuzz_pptp_peer_SOURCES = tests/fuzz/pptp_peer.c $(FUZZ_COMMON)
tests_fuzz_at_SOURCES = tests/fuzz/at.c $(FUZZ_COMMON)
tests_fuzz_gro_SOURCES = tests/fuzz/gro.c tests/unit/tap_gro_cut.h \
	$(FUZZ_COMMON)
tests_fuzz_hdlc_SOURCES = tests/fuzz/hdlc.c $(FUZZ_COMMON)
tests_fuzz_ppp_session_SOURCES = tests/fuzz/ppp_session.c $(FUZZ_COMMON)
tests_fuzz_explain_SOURCES = tests/fuzz/explain.c $(FUZZ_COMMON)
tests_fuzz_script_text_SOURCES = tests/fuzz/script_text.c $(FUZZ_COMMON)
tests_fuzz_tcp_SOURCES = tests/fuzz/tcp.c $(FUZZ_COMMON)
tests_fuzz_seeds_SOURCES = tests/fuzz/seeds.c tests/fuzz/fuzz.h

FUZZ_TARGETS =
if WITH_TESTS
FUZZ_TARGETS += $(FUZZ_PPTP)
if WITH_PPP
FUZZ_TARGETS += $(FUZZ_PPP)
endif
if WITH_MODELS
FUZZ_TARGETS += $(FUZZ_MODELS)
endif
if WITH_TAP
FUZZ_TARGETS += $(FUZZ_TAP)
endif
if WITH_TOOL
FUZZ_TARGETS += $(FUZZ_TOOL)
endif
endif

check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_PROGRAMS += tests/fuzz/seeds
CLEANFILES += tests/fuzz/seeds

TESTS += tests/fuzz/replay.sh

# Writes the first inputs of the corpora again, into the sources.
fuzz-seeds: tests/fuzz/seeds
	tests/fuzz/seeds '$(srcdir)/tests/fuzz/corpus'

# Three minutes of each target; FUZZ_SECONDS and FUZZ_SEED say otherwise.
FUZZ_SECONDS = 180
FUZZ_SEED = 1
fuzz: $(FUZZ_TARGETS)
	@for t in $(FUZZ_TARGETS); do \
	    ./$$t --mutate $(FUZZ_SECONDS) $(FUZZ_SEED) \
	        "$(srcdir)/tests/fuzz/corpus/$${t##*/}" || exit 1; done

.PHONY: fuzz fuzz-seeds
