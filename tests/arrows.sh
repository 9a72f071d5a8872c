#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may know whom.  Between folders, by what sources include: down or
# beside, never up, and no world knows another.  Between files, by the symbols
# that their objects take from each other: no two files need each other, be it
# over others.  Every source begins with autoconf's config.h, and no folder has
# another of that name.
#
# Environment, from make: top_srcdir top_builddir NM.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}" "${NM:=nm}"

# FOLDER: the folders whose headers it may include, beside its own and base
may_include()
{
    case $1 in
    src/base | src/pptp) ;;
    src/ppp) echo pptp ;;
    # ppp for its peek.h, which links nothing
    src/ip) echo pptp ppp ;;
    models) echo pptp ppp ip ;;
    src/nas) echo pptp ppp ip ;;
    sim) echo pptp ppp ip models nas ;;
    tap) echo pptp ppp ip nas ;;
    src/bridge) echo pptp ppp ip nas models sim tap ;;
    src/explain) echo pptp ppp ip ;;
    src/conf) echo pptp ;;
    src/lab) echo conf ;;
    src/script) echo pptp nas sim conf ;;
    src/tool)
        echo pptp ppp ip nas models sim tap bridge explain script conf lab
        ;;
    *) return 1 ;;
    esac
}

work=$(mktemp -d "${TMPDIR:-/tmp}/arrows.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# --- folders -----------------------------------------------------------------

# FILE FOLDER INCLUDED-FOLDER, a line each
includes()
{
    (cd "$top_srcdir" && find src models sim tap -name '*.[ch]' \
        -exec grep -H '^#include "[^"]*/' {} +) |
        sed 's,^\(\([^:]*\)/[^/:]*\):#include "\([^"/]*\)/.*,\1 \2 \3,' |
        sort -u
}

folders()
{
    includes >"$work/includes"
    test -s "$work/includes" || { echo "no includes found" && return 1; }
    cut -d ' ' -f 2 "$work/includes" | sort -u >"$work/folders"
    while read -r folder; do
        may=$(may_include "$folder") || {
            echo "$folder: a folder that has no line here"
            continue
        }
        awk -v folder="$folder" -v may="$may base ${folder##*/}" '
            BEGIN { n = split(may, list); while (n) ok[list[n--]] = 1 }
            $2 == folder && !($3 in ok) { print $1 ": includes " $3 "/" }
            ' "$work/includes"
    done <"$work/folders" >"$work/faults"
    cat "$work/faults"
    test ! -s "$work/faults"
}

configured()
{
    (cd "$top_srcdir" && find src models sim tap tests experiments \
        -name config.h -exec echo "hides autoconf's header:" {} ';' \
        -o -name '*.c' -exec awk '
        FNR == 1 { sought = 1 }
        sought && /^#include/ {
            sought = 0
            if ($2 != "\"config.h\"")
                print FILENAME ": config.h comes first"
        }' {} +) >"$work/faults"
    cat "$work/faults"
    test ! -s "$work/faults"
}

# --- files -------------------------------------------------------------------

# FOLDER/FILE needs|has SYMBOL, of each object whose source is still there;
# automake puts "libX_a-" before some names
symbols()
{
    (cd "$top_builddir" && find src models sim tap -name '*.o') |
        while read -r object; do
            name=${object##*/}
            name=${object%/*}/${name#lib*_a-}
            test -e "$top_srcdir/${name%.o}.c" && echo "$object"
        done | (cd "$top_builddir" && xargs "$NM" -A -g) |
        sed -n 's,\.o:[^ ]* , ,; s,/lib[a-z]*_a-,/,
            s,^\([^ ]*\)  *U ,\1 needs ,p; s,^\([^ ]*\) [A-TV-Z] ,\1 has ,p'
}

# Circles (Tarjan's strongly connected components): there is none
files()
{
    symbols >"$work/symbols"
    test -s "$work/symbols" || { echo "no objects found" && return 1; }
    awk '
    $2 == "has" { owner[$3] = $1 }
    $2 == "needs" { from[++n] = $1; symbol[n] = $3 }

    function visit(a,    i, b) {
        order[a] = low[a] = ++count
        stack[++depth] = a
        on[a] = 1
        for (i = 1; i <= outs[a]; i++) {
            b = out[a, i]
            if (!(b in order)) {
                visit(b)
                low[a] = low[b] < low[a] ? low[b] : low[a]
            } else if (on[b] && order[b] < low[a])
                low[a] = order[b]
        }
        if (low[a] == order[a])
            do {
                b = stack[depth--]
                on[b] = 0
                circle[b] = a
                members[a] = members[a] " " b
            } while (b != a)
    }

    # "folder: files", in order
    function named(a,    list, k, i, j, t, folder) {
        k = split(members[a], list, " ")
        for (i = 2; i <= k; i++)
            for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
                t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
            }
        folder = list[1]
        sub(/\/[^\/]*$/, "", folder)
        t = folder ":"
        for (i = 1; i <= k; i++)
            t = t " " (index(list[i], folder "/") == 1 ? \
                substr(list[i], length(folder) + 2) : list[i])
        return t
    }

    END {
        for (i = 1; i <= n; i++) {
            a = from[i]
            b = symbol[i] in owner ? owner[symbol[i]] : a
            if (a == b) continue
            if (!((a, b) in takes)) out[a, ++outs[a]] = b
            takes[a, b] = takes[a, b] " " symbol[i]
        }
        for (a in outs) if (!(a in order)) visit(a)
        for (a in members) {
            if (split(members[a], pair, " ") < 2) continue
            print "a circle, " named(a)
            bad = 1
            for (key in takes) {
                split(key, pair, SUBSEP)
                if (circle[pair[1]] == a && circle[pair[2]] == a)
                    print "  " pair[1] " -> " pair[2] ":" takes[key]
            }
        }
        exit bad
    }' "$work/symbols"
}

bad=0
folders || bad=1
configured || bad=1
files || bad=1
test $bad -ne 0 ||
    echo "arrows: $(wc -l <"$work/includes") between folders, no circle"
exit $bad
