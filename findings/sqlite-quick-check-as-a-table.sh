#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SQLite's pragma_quick_check(1) looks for a table named 1.
#
# Packages:  sqlite3 3.40.1-2+deb12u2 (Debian 12), 3.46.1-7+deb13u2 (13)
# Seen:      `SELECT quick_check FROM pragma_quick_check(1)` says "ok" in 3.40
#            and fails with "no such table: 1" in 3.46.  The pragma itself,
#            `PRAGMA quick_check(1)`, says "ok" in both.
# Expected:  The same of both forms: quick_check(N) stops after N errors, and a
#            pragma's table-valued function takes what the pragma takes
#            (sqlite.org/pragma.html, "PRAGMA functions").
# Matters:   A program that looks its results over before it reads them takes
#            each sound file for a damaged one as soon as the library is new.
#            Without an argument both forms do in both.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# RELEASE PACKAGE=VERSION: unpacked in $work/RELEASE with all that it needs,
# nothing is installed
fetch()
{
    dir=$work/$1
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" &&
        : >"$dir/status" || return 1
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "http://deb.debian.org/debian $1 main" >"$dir/sources"
    set -- "$2" -qq -o APT::Sandbox::User=root \
        -o Dir::Etc::SourceList="$dir/sources" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Status="$dir/status" -o Dir::State::Lists="$dir/lists" \
        -o Dir::Cache="$dir/cache" -o APT::Install-Recommends=false
    package=$1
    shift
    apt-get "$@" update >"$dir/log" 2>&1 &&
        apt-get "$@" -y --download-only install "$package" >>"$dir/log" 2>&1 &&
        for deb in "$dir"/cache/archives/*.deb; do
            dpkg-deb -x "$deb" "$dir/root" || return 1
        done && return
    cat "$dir/log" >&2
    return 1
}

look()
{
    root=$work/$1/root
    "$(find "$root" -path '*-gnu/ld-linux-x86-64.so.2' | head -n 1)" \
        --library-path \
        "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/bin/sqlite3" "$work/$1/results" "$2" 2>&1 | sed 's/.*no such/no such/'
}

for each in bookworm=3.40.1-2+deb12u2 trixie=3.46.1-7+deb13u2; do
    release=${each%%=*}
    fetch "$release" "sqlite3=${each#*=}" || exit 2
    look "$release" "CREATE TABLE point(seed)"
    for form in "PRAGMA quick_check(1)" \
        "SELECT * FROM pragma_quick_check(1)" \
        "SELECT * FROM pragma_quick_check"; do
        echo "$release, $form: $(look "$release" "$form")"
    done
done >"$work/found"
cat "$work/found"
cat >"$work/described" <<'END'
bookworm, PRAGMA quick_check(1): ok
bookworm, SELECT * FROM pragma_quick_check(1): ok
bookworm, SELECT * FROM pragma_quick_check: ok
trixie, PRAGMA quick_check(1): ok
trixie, SELECT * FROM pragma_quick_check(1): no such table: 1
trixie, SELECT * FROM pragma_quick_check: ok
END
cmp -s "$work/found" "$work/described"
