# SPDX-License-Identifier: GPL-3.0-or-later
# What both worlds of the equivalence have in common; read by their scripts,
# not run.  They have a function run_case CASE, which leaves its events in
# $work/CASE/told-events.
# shellcheck shell=sh disable=SC2154

equivalence=$top_srcdir/tests/equivalence

# CASE AS, of read.awk
read_script()
{
    awk -v name="$1" -v as="$2" -v daemon="${daemon-pac}" \
        -v platform="$top_srcdir/tests/data/dumbbell.xml" \
        -f "$equivalence/read.awk" "$equivalence/script"
}

# CASE: its events, each role's and index's together, in their order
told()
{
    awk -v name="$1" -v aside="$(read_script "$1" aside)" \
        -f "$equivalence/told.awk" "$work/$1/told-events" |
        LC_ALL=C sort -s -k 1,1
}

# CASE
held()
{
    told "$1" >"$work/$1/told"
    grep -e "^$1:" "$equivalence/expected" >"$work/$1/expected"
    diff -u "$work/$1/expected" "$work/$1/told" >"$work/$1/diff"
}

# NUMBER: takes cases from the list until none is left
lane()
{
    for each in $cases; do
        mkdir "$work/$each" 2>/dev/null || continue
        run_case "$each" >"$work/$each/log" 2>&1
        if held "$each"; then
            echo "PASS $each${daemon+ ($daemon)}"
        else
            echo "FAIL $each${daemon+ ($daemon)}"
            (cd "$work/$each" && cat diff log ./*.log 2>/dev/null)
            touch "$work/bad"
        fi
    done
}

# PATTERN LANES: all cases that match; with `write` set what they told is what
# is expected from now on
equivalence()
{
    cases=
    for each in $(read_script '' cases); do
        # shellcheck disable=SC2254
        case $each in $1) cases="$cases $each" ;; esac
    done
    lanes=$2
    while test "$lanes" -gt 0; do
        lane &
        lanes=$((lanes - 1))
    done
    wait
    test -z "${write-}" || for each in $cases; do told "$each"; done >"$write"
    ! test -e "$work/bad"
}
