#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same on Debian 13: a tree of it is made by debootstrap from the mirror
# that this machine has its packages from, this source is built there with
# -Werror, `make check` runs, daemons hold a session, and a run of everything
# that draws random numbers is the one that the program built here gives.
#
# debian13.sh [COMMAND...]: with a COMMAND, only that runs there, in a build
# folder (INTEROP=1 tests/debian13.sh make check-interop).  Exit 77: skipped,
# with the reason.  The tree, 1.2 GB, is kept for the next time in
# $DIALTONE_TRIXIE, or else as dialtone-trixie in $XDG_CACHE_HOME or
# /var/cache; remove it to have it made anew.
#
# Root, for mounts, and for tests that make networks of their own.
# shellcheck disable=SC1091,SC2016,SC2086
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
tree=${DIALTONE_TRIXIE:-${XDG_CACHE_HOME:-/var/cache}/dialtone-trixie}
suite=trixie
began=$(date +%s)
export LC_ALL=C

skip()
{
    echo "SKIP: debian13: $*"
    exit 77
}

say()
{
    echo "debian13: $(($(date +%s) - began)) s: $*"
}

# LOG WHAT
die()
{
    tail -n 40 "$1"
    say "FAIL: $2"
    exit 1
}

# --- the tree ----------------------------------------------------------------

# Where apt has packages from, one a line.
archives()
{
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
        grep -E '^(https?|file):' | sort -u
}

# The first of them that has the suite.
mirror()
{
    for uri in $(archives); do
        uri=${uri%/}
        if /usr/lib/apt/apt-helper download-file \
            "$uri/dists/$suite/Release" "$work/release" >"$work/log" 2>&1 &&
            grep -q '^Origin: Debian$' "$work/release"; then
            echo "$uri"
            return
        fi
    done
    return 1
}

# URI: as little of a system as builds and tests this
bootstrap()
{
    mkdir -p "$tree.new/etc/dpkg/dpkg.cfg.d" "$tree.new/etc/apt/apt.conf.d"
    {
        echo force-unsafe-io
        for folder in doc info locale man; do
            echo "path-exclude=/usr/share/$folder/*"
        done
    } >"$tree.new/etc/dpkg/dpkg.cfg.d/little"
    # how this machine gets at packages
    apt-config dump Acquire | grep -E '^Acquire::(https?|Check|Force|Retries)' \
        >"$tree.new/etc/apt/apt.conf.d/10machine"
    proxy=
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    test -z "$proxy" || export http_proxy="${http_proxy:-$proxy}"
    debootstrap --variant=minbase $suite "$tree.new" "$1" >"$work/log" 2>&1
}

# TREE PACKAGE...: those that it does not have yet
install()
{
    new=$1
    shift
    missing=
    for p; do
        grep -qx "$p" "$new/packages" 2>/dev/null || missing="$missing $p"
    done
    test -n "$missing" || return 0
    cp /etc/resolv.conf "$new/etc/resolv.conf"
    inside "$new" / sh -ec '
        export DEBIAN_FRONTEND=noninteractive
        apt-get update
        apt-get install -y --no-install-recommends "$@"
        apt-get clean' sh $missing >"$work/log" 2>&1 &&
        printf '%s\n' $missing >>"$new/packages"
}

make_tree()
{
    rm -rf "$tree.new"
    from=$(mirror) || skip "no archive of this machine's has $suite, or can" \
        "be reached: $(tail -n 1 "$work/log" 2>/dev/null)"
    say "making $tree"
    if ! bootstrap "$from"; then
        tail -n 5 "$work/log"
        rm -rf "$tree.new"
        skip "debootstrap cannot make $tree"
    fi
    install "$tree.new" $packages || die "$work/log" "packages of quickstart"
    mv "$tree.new" "$tree" || die "$work/log" "cannot keep $tree"
}

# TREE FOLDER COMMAND...: with the tree for its root, and with mounts and
# processes that do not outlive it
inside()
{
    unshare --mount --pid --fork --kill-child sh -ec '
        mount --bind "$1" "$1"
        cd "$1"
        mount --rbind /dev dev
        mount --rbind /sys sys
        mount -t proc proc proc
        mkdir -p mnt
        pivot_root . mnt
        umount -l /mnt
        cd "$2"
        shift 2
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
            http_proxy="${http_proxy-}" https_proxy="${https_proxy-}" \
            "$@"' sh "$@"
}

# --- what is done there ------------------------------------------------------

# COMMAND: by the shell, in the build folder
there()
{
    inside "$tree" /src/dialtone/build sh -ec "$@"
}

# What a distribution lacks is not there either.
build()
{
    rm -rf "$tree/src/dialtone" &&
        mkdir -p "$tree/src" &&
        env MAKEFLAGS= make -s -C "$top_builddir" distdir &&
        mv "$top_builddir"/dialtone-[0-9]*/ "$tree/src/dialtone" &&
        mkdir "$tree/src/dialtone/build" &&
        there '(cd .. && ./bootstrap)
            ../configure --quiet --enable-werror
            make -s -j "$(nproc)" all'
}

check()
{
    there 'make -k -j "$(nproc)" check VERBOSE=1' >"$work/log" 2>&1
    code=$?
    grep -E '^(FAIL|ERROR|SKIP): |^# (PASS|SKIP|FAIL|ERROR):' "$work/log"
    return $code
}

# PROGRAM SOURCE OUT: what of a run must be the same
fingerprint='
    "$1" run "$2/tests/data/draws.yaml" --quiet --out "$3" --force
    grep -h "\"trace_hash\"" "$3/result.json"
    cksum <"$3/calls.csv"'

same_run()
{
    ours=$(sh -ec "$fingerprint" sh "$top_builddir/dialtone" "$top_srcdir" \
        "$work/run") || return 1
    theirs=$(there "$fingerprint" sh ./dialtone .. /tmp/run) || return 1
    echo "here " $ours
    echo "there" $theirs
    test "$ours" = "$theirs"
}

# --- all of it ---------------------------------------------------------------

. /etc/os-release
if test "${ID-}${VERSION_ID-}" = debian13; then
    echo "debian13: it is here: nothing that the other tests leave out"
    exit 0
fi
test "$(id -u)" -eq 0 || skip "mounts need root"
for tool in apt-get apt-config debootstrap flock pivot_root unshare; do
    command -v $tool >/dev/null || skip "no $tool"
done
test -e /usr/share/debootstrap/scripts/$suite ||
    skip "debootstrap does not know $suite"
unshare --mount --pid --fork true 2>/dev/null ||
    skip "no namespaces on this machine"
test -x "$top_builddir/dialtone" || skip "the program was not built"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
packages="$(INTEROP=${1:+${INTEROP-}} "$top_srcdir/quickstart" --packages)
    iproute2 iputils-ping procps"
mkdir -p "${tree%/*}" 2>/dev/null
touch "$tree.lock" 2>/dev/null || skip "cannot keep $tree"
exec 9>"$tree.lock"
flock 9
if test -d "$tree"; then
    install "$tree" $packages || die "$work/log" "more packages"
else
    make_tree
fi
say "building"
build >"$work/log" 2>&1 || die "$work/log" "build"
if test $# -gt 0; then
    inside "$tree" /src/dialtone/build "$@"
    exit
fi
say "make check"
check || die "$work/log" "make check"
say "a session of daemons"
there 'sh ../tests/interop/pns.sh "a device*"' || exit 1
say "a run"
same_run || { say "FAIL: another run" && exit 1; }
say "all done"
