#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Whether a change that should change nothing changed nothing: an earlier
# commit and a build, side by side.
set -u

usage()
{
    cat <<END
usage: tests/equal.sh [-b BUILD] [-k DIR] [-j JOURNALS] COMMIT [ROW ...]

Builds COMMIT in a folder of its own, runs each ROW (all) of tests/equal/rows
with it and with BUILD (build), and compares octet by octet what each peer was
fed and decided and when (journals), the trace, captures and results; then all
decisions in the scripts of COMMIT.  Each replays the other's journals, and
both those of real sessions in tests/journals and the folder JOURNALS.  With -k DIR the build of
COMMIT and all results stay in DIR, and are used again.

Exit: 0 all equal, 1 something differs, 2 usage, 3 a build or run failed.
END
}

build=build keep='' journals=''
while getopts b:k:j:h option; do
    case $option in
    b) build=$OPTARG ;;
    k) keep=$OPTARG ;;
    j) journals=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
test $# -gt 0 || { usage >&2; exit 2; }
here=$(cd "$(dirname "$0")/.." && pwd) || exit 3
new=$(cd "$build" && pwd)/dialtone || exit 2
test -x "$new" || { echo "equal: no $new" >&2; exit 2; }
commit=$(git -C "$here" rev-parse --verify -q "$1^{commit}") ||
    { echo "equal: no commit '$1'" >&2; exit 2; }
shift
if test -z "$keep"; then
    keep=$(mktemp -d) || exit 3
    trap 'rm -rf "$keep"' EXIT
    trap 'exit 130' INT TERM
fi
mkdir -p "$keep" && keep=$(cd "$keep" && pwd) || exit 3
source=$keep/$commit
old=$source/build/dialtone

build_old()
{
    test -x "$old" && return
    echo "building $commit"
    mkdir -p "$source/build" &&
        git -C "$here" archive "$commit" | tar -x -C "$source" &&
        (cd "$source" && ./bootstrap && cd build && ../configure --quiet &&
            make -s -j"$(nproc)") >"$keep/build.log" 2>&1 && return
    tail -5 "$keep/build.log" >&2
    exit 3
}

# run_row PROGRAM OUT NAME SET...
run_row()
{
    program=$1 out=$2
    shift 3
    for set; do
        shift
        set -- "$@" --set "$set"
    done
    rm -rf "$out"
    "$program" run "$here/tests/equal/scenario.yaml" --quiet --no-figure \
        --out "$out" "$@" >"$out.said" 2>&1 && return
    sed "s|^|equal: $program: |" "$out.said" >&2
    exit 3
}

# columns OLD NEW: of the table NEW those that OLD has, in its order
columns()
{
    awk -F, -v OFS=, '
    NR == FNR && FNR == 1 { n = split($0, names, ","); next }
    NR == FNR { next }
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    {
        for (i = 1; i <= n; i++)
            printf "%s%s", (i > 1 ? OFS : ""), $(at[names[i]])
        print ""
    }' "$1" "$2"
}

# same OLD NEW: every result but the picture's data.  What the new one has more
# is no difference: columns of tables, metrics in what came out of a run, keys.
same()
{
    for f in "$1"/*; do
        name=${f##*/}
        case $name in
        figure.* | *.a | *.b) continue ;;
        result.json)
            sed -n '/"variants"/,$p' "$f" >"$f.a"
            sed -n '/"variants"/,$p' "$2/$name" >"$f.b"
            ! diff "$f.a" "$f.b" | grep -q '^<' ;;
        calls.csv | flows.csv)
            columns "$f" "$2/$name" | cmp -s "$f" - ;;
        *) cmp -s "$f" "$2/$name" ;;
        esac || { echo "$name"; return; }
        rm -f "$f.a" "$f.b"
    done
}

# wanted NAME ROW...: whether it is among them; all are if there are none
wanted()
{
    name=$1
    shift
    test $# -eq 0 && return
    for row; do
        test "$row" = "$name" && return
    done
    return 1
}

bad=0 rows=0 replays=0
differs()
{
    echo "DIFFERS  $*"
    bad=1
}

# replay PROGRAM JOURNAL
replay()
{
    replays=$((replays + 1))
    "$1" replay "$2" >"$keep/replay.said" 2>&1 ||
        differs "$2: $(tail -1 "$keep/replay.said")"
}

build_old
mkdir -p "$keep/old" "$keep/new"
while read -r row; do
    case $row in
    '#'* | '') continue ;;
    esac
    wanted "${row%% *}" "$@" || continue
    rows=$((rows + 1))
    name=${row%% *}
    # keys and their values have no blanks
    # shellcheck disable=SC2086
    run_row "$old" "$keep/old/$name" $row
    # shellcheck disable=SC2086
    run_row "$new" "$keep/new/$name" $row
    first=$(same "$keep/old/$name" "$keep/new/$name")
    test -z "$first" || differs "$name: $keep/old/$name/$first"
    for peer in pac0 pac1 pns; do
        replay "$new" "$keep/old/$name/$peer.journal"
        replay "$old" "$keep/new/$name/$peer.journal"
    done
done <"$here/tests/equal/rows"
test $rows -gt 0 || { echo "equal: no such row" >&2; exit 2; }

# Decisions in scripts, in both worlds of scripts: a number for each script.
decisions()
{
    (cd "$source" && "$1" script --both --decisions tests/conformance/*.pt) \
        >"$keep/decisions.$2" 2>"$keep/decisions.$2.said"
    grep -q '^PASS: .* [0-9a-f]*$' "$keep/decisions.$2" || exit 3
}
decisions "$old" old
decisions "$new" new
cmp -s "$keep/decisions.old" "$keep/decisions.new" ||
    differs "scripts: $(diff "$keep/decisions.old" "$keep/decisions.new" |
        sed -n 2p)"

for journal in "$here"/tests/journals/*.journal \
    ${journals:+"$journals"/*}; do
    replay "$old" "$journal"
    replay "$new" "$journal"
done

echo "$rows rows, $replays journals replayed," \
    "$(grep -c '^PASS' "$keep/decisions.new") scripts"
exit $bad
