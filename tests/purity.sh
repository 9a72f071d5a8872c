#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The pure libraries reach for nothing: their objects, linked together, may
# leave only the symbols below undefined and may hold no writable data.
# Compiled here, without sanitizers and hardening, whatever the build uses.
#
# Environment, from make: top_srcdir top_builddir AR CC LD OBJDUMP GSL_CFLAGS
# BASE_SOURCES PPTP_SOURCES PPP_SOURCES IP_SOURCES NAS_SOURCES MODELS_SOURCES
# (relative to top_srcdir; only *.c are compiled).
set -u

mem='memcpy memmove memset memcmp'
text='memchr strchr strcmp strlen'
hook='pptp_fail'
# at creation only, by models and tables that own their memory
heap='malloc calloc realloc aligned_alloc free qsort'
math='acos asin atan atan2 cbrt ceil copysign cos cosh erf erfc exp exp2
    expm1 fabs floor fma fmax fmin fmod frexp hypot ldexp llrint llround log
    log10 log1p log2 lrint lround modf nearbyint pow rint round sin sincos
    sinh sqrt tan tanh tgamma trunc'

pure_flags='-std=gnu11 -O2 -ffp-contract=off -fno-common -w
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0 -fno-stack-protector
    -fcf-protection=none -fno-pic -fno-tree-loop-distribute-patterns'

work=$(mktemp -d "${TMPDIR:-/tmp}/purity.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# compile folder sources...: objects of the *.c among them, in $work/folder
compile()
{
    folder=$1
    shift
    mkdir "$work/$folder" || return 1
    files=
    for f in "$@"; do
        case $f in *.c) files="$files $top_srcdir/$f" ;; esac
    done
    (cd "$work/$folder" &&
        # shellcheck disable=SC2086
        $CC $pure_flags -I"$top_builddir" -I"$top_srcdir" \
            -I"$top_srcdir/src" ${GSL_CFLAGS-} -c $files)
}

# judge name allowed-symbols allowed-pattern: looks at $work/name.o
judge()
{
    "$OBJDUMP" -t "$work/$1.o" >"$work/symbols" || return 1
    "$OBJDUMP" -h "$work/$1.o" >"$work/sections" || return 1
    awk -v name="$1" -v allowed="$2" -v pattern="$3" '
    function writable(section) {
        if (section ~ /^\.data\.rel\.ro/)
            return 0
        return section ~ /^\.(data|bss|tdata|tbss)/ || section == "*COM*"
    }
    BEGIN {
        n = split(allowed, list, /[ \n]+/)
        for (i = 1; i <= n; i++)
            ok[list[i]] = 1
    }
    FILENAME ~ /symbols$/ && $0 ~ /\t/ {
        split($0, half, "\t")
        k = split(half[1], left, " ")
        section = left[k]
        split(half[2], right, " ")
        symbol = right[length(right)]
        if (section == "*UND*") {
            seen++
            if (!(symbol in ok) && (pattern == "" || symbol !~ pattern)) {
                print name ": undefined symbol not allowed: " symbol
                bad++
            }
        } else if (writable(section) && symbol != section) {
            print name ": writable data: " symbol " in " section
            bad++
        }
    }
    FILENAME ~ /sections$/ && $1 ~ /^[0-9]+$/ && writable($2) &&
    $3 !~ /^0+$/ {
        print name ": section " $2 " is not empty (0x" $3 " octets)"
        bad++
    }
    END {
        if (!bad)
            print name ": pure (" seen + 0 " symbols from outside)"
        exit bad ? 1 : 0
    }' "$work/symbols" "$work/sections"
}

status=0

# shellcheck disable=SC2086
compile base $BASE_SOURCES || exit 99
"$LD" -r -o "$work/libbase.o" "$work"/base/*.o || exit 99
judge libbase "$mem $hook $heap $math" '' || status=1

# An archive, since the others have from it what they need, and no more.
base="$work/libbase.a"
"${AR:-ar}" rcs "$base" "$work"/base/*.o || exit 99

# shellcheck disable=SC2086
compile pptp $PPTP_SOURCES || exit 99
"$LD" -r -o "$work/libpptp.o" "$work"/pptp/*.o "$base" || exit 99
judge libpptp "$mem $hook" '' || status=1

if test -n "${PPP_SOURCES-}"; then
    # shellcheck disable=SC2086
    compile ppp $PPP_SOURCES || exit 99
    "$LD" -r -o "$work/libppp.o" "$work"/ppp/*.o "$work"/pptp/*.o \
        "$base" || exit 99
    judge libppp "$mem $text $hook" '^nettle_' || status=1
else
    echo "libppp: not built here (no nettle), not looked at"
fi

# shellcheck disable=SC2086
compile ip $IP_SOURCES || exit 99
"$LD" -r -o "$work/libip.o" "$work"/ip/*.o "$base" || exit 99
judge libip "$mem $text $hook" '' || status=1

if test -n "${NAS_SOURCES-}"; then
    # shellcheck disable=SC2086
    compile nas $NAS_SOURCES || exit 99
    "$LD" -r -o "$work/libnas.o" "$work"/nas/*.o "$work"/ip/*.o \
        "$work"/ppp/*.o "$work"/pptp/*.o "$base" || exit 99
    judge libnas "$mem $text $hook $heap $math" '^nettle_' || status=1
else
    echo "libnas: not built here (no nettle), not looked at"
fi

if test -n "${MODELS_SOURCES-}"; then
    # shellcheck disable=SC2086
    compile models $MODELS_SOURCES || exit 99
    "$LD" -r -o "$work/libmodels.o" "$work"/models/*.o "$work"/ip/*.o \
        "$work"/pptp/*.o "$base" || exit 99
    judge libmodels "$mem $text $hook $heap $math" '^gsl_' || status=1
else
    echo "libmodels: not built here (no GSL), not looked at"
fi
exit $status
