#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Names that a system header may take.  A macro there replaces an enumerator
# of ours wherever both are seen: Linux' IP_PROTOCOL did so when it came to
# <netinet/in.h>, and next year's headers have other names.  So, in a source
# that includes a header of the folders below, and in our headers that such a
# source sees, no macro or enumerator of ours in capitals may
#  - have the name of one in a network header of this machine, whether that is
#    included or not;
#  - begin with a word that three or more of those begin with (IP_, TCP_,
#    MSG_): such families grow.
# Put the name of the file before it: GRO_IP_HEAD.  PPP_ is our own family as
# well as Linux'; there only whole names count.  What is defined because old
# headers lack it (#ifndef) is theirs on purpose.
#
# Environment, from make: top_srcdir CC.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}" "${CC:=cc}"
folders='arpa|asm|linux|net|netinet|netpacket|sys'

work=$(mktemp -d "${TMPDIR:-/tmp}/names.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# Where the compiler finds Linux' headers and those of the C library.
roots()
{
    printf '#include <%s>\n' linux/in.h sys/types.h | $CC -E - 2>/dev/null |
        sed -nE 's,^# 1 "(/.*)/(linux/in|sys/types)\.h".*,\1,p' | sort -u
}

# Of the network: all of the C library's, and the part of Linux'.
network_headers()
{
    for root in $(roots); do
        find "$root" -path "$root/linux/*/*" -prune -o -name '*.h' -print |
            grep -E "^$root/((arpa|asm|asm-generic|bits|net|netinet|netpacket|sys)/[^/]*|linux/(gen_stats|gre|icmp.*|if.*|in|in6|in_route|inet_diag|ip.*|neighbour|net.*|ppp.*|rtnetlink|sock.*|tcp|udp|virtio_net))\.h\$"
    done
}

# Without comments and strings; `comment` is kept from line to line.
code='
function code(s,    out, n) {
    gsub(/"([^"\\]|\\.)*"/, "\"\"", s)
    out = ""
    while (s != "") {
        n = index(s, comment ? "*/" : "/*")
        if (!comment)
            out = out (n ? substr(s, 1, n - 1) " " : s)
        if (!n)
            break
        s = substr(s, n + 2)
        comment = !comment
    }
    return out
}
FNR == 1 { comment = 0 }
'

# FILE...: their macros, and what stands at the beginning of a line as an
# enumerator does
names_of()
{
    awk "$code"'
    { line = code($0) }
    line ~ /^[ \t]*#[ \t]*define[ \t]+[A-Z]/ {
        split(line, word, /[ \t#(]+/)
        name = word[word[1] == "" ? 3 : 2]
    }
    line ~ /^[ \t]+[A-Z][A-Z0-9_]*[ \t]*([,=].*)?$/ {
        split(line, word, /[ \t,=]+/)
        name = word[2]
    }
    name ~ /^[A-Z][A-Z0-9_]*$/ { print name }
    { name = "" }' "$@" | sort -u
}

# TOP FOLDER...: "file:line: name: what is wrong" of each name that is refused
# there, given the names in $work/theirs
refused()
{
    cd "$1" || return
    shift
    # shellcheck disable=SC2046
    awk -v folders="$folders" "$code$program" "$work/theirs" \
        $(find "$@" -name '*.[ch]' | sort) | sort -t: -k1,1 -k2,2n
}

program='
FNR == 1 {
    state = 0
    guard = ""
}

NR == FNR { # theirs
    theirs[$1] = 1
    if (split($1, word, "_") > 1)
        family[word[1]]++
    next
}

FNR == 1 { known[FILENAME] = 1 }

/^[ \t]*#[ \t]*include[ \t]*</ {
    if ($0 ~ "<(" folders ")/")
        open[FILENAME] = 1
    next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    includes[FILENAME] = includes[FILENAME] " " quoted[2]
    next
}

{
    line = code($0)
    if (line ~ /^[ \t]*#/)
        directive(line)
    else
        enumerators(line)
}

END {
    for (f in known)
        if (f ~ /\.c$/) {
            split("", seen)
            exposed = 0
            see(f)
            for (g in seen)
                if (exposed)
                    judged[g] = 1
        }
    for (f in judged) {
        n = split(names[f], own, " ")
        for (i = 1; i <= n; i++)
            judge(f, own[i])
    }
}

function note(name) {
    if (name ~ /^[A-Z][A-Z0-9_]*$/ && !((FILENAME, name) in place)) {
        place[FILENAME, name] = FNR
        names[FILENAME] = names[FILENAME] " " name
    }
}

function directive(s,    is, word) {
    split(s, word, /[ \t#(]+/)
    is = word[1] == "" ? 2 : 1
    if (word[is] == "ifndef")
        guard = word[is + 1]
    else if (word[is] == "define" && word[is + 1] != guard)
        note(word[is + 1])
}

# What comes after { and the commas of an enumeration.
function enumerators(s,    n, i, t) {
    gsub(/[^A-Za-z0-9_]/, " & ", s)
    n = split(s, t, " ")
    for (i = 1; i <= n; i++)
        if (state == 0) {
            state = t[i] == "enum"
        } else if (state == 1) {
            if (t[i] == "{") {
                state = 2
                depth = 0
                first = 1
            } else if (t[i] !~ /^[A-Za-z_]/) {
                state = 0
            }
        } else if (t[i] == "}") {
            state = 0
        } else if (t[i] == "(") {
            depth++
        } else if (t[i] == ")") {
            depth--
        } else if (t[i] == "," && !depth) {
            first = 1
        } else if (first && t[i] ~ /^[A-Za-z_]/) {
            note(t[i])
            first = 0
        }
}

# A file of ours that is included there by this name.
function found(there, name,    folder) {
    folder = there
    sub(/[^\/]*$/, "", folder)
    if ((folder name) in known)
        return folder name
    if (("src/" name) in known)
        return "src/" name
    return name in known ? name : ""
}

function see(f,    n, i, name) {
    if (f == "" || f in seen)
        return
    seen[f] = 1
    if (f in open)
        exposed = 1
    n = split(includes[f], name, " ")
    for (i = 1; i <= n; i++)
        see(found(f, name[i]))
}

function judge(f, name,    word) {
    if (name in theirs)
        print f ":" place[f, name] ": " name ": a network header has it"
    else if (split(name, word, "_") > 1 && word[1] != "PPP" &&
             family[word[1]] >= 3)
        print f ":" place[f, name] ": " name ": " word[1] \
            "_ is a family of network headers"
}
'

# It has to find what is planted, there and nowhere else.
planted()
{
    mkdir -p "$work/planted/src" || exit 99
    cat >"$work/planted/src/near.h" <<'END'
#define MSG_OURS 1 /* seen with <sys/socket.h> */
enum near { NEAR, NEAR_TWO = (1, 2), TCP_OURS };
END
    cat >"$work/planted/src/a.c" <<'END'
#include <sys/socket.h>
#include "near.h"
/* enum { IP_IN_A_COMMENT }; */
static const char *text = "enum { IP_IN_TEXT };";
enum
{
    GOOD = 1, IP_OURS,
    IPPROTO_GRE,
    PPP_OURS
};
#ifndef IP_NEW
#define IP_NEW 7
#endif
END
    printf '#include <stdio.h>\nenum { IP_PURE };\n' >"$work/planted/src/b.c"
    (refused "$work/planted" src) | cut -d ' ' -f 1,2 >"$work/found"
    printf '%s\n' 'src/a.c:7: IP_OURS:' 'src/a.c:8: IPPROTO_GRE:' \
        'src/near.h:1: MSG_OURS:' 'src/near.h:2: TCP_OURS:' |
        cmp -s - "$work/found"
}

network_headers >"$work/headers"
if ! grep -q '/linux/in\.h$' "$work/headers"; then
    echo "SKIP: names: no headers of Linux"
    exit 77
fi
# shellcheck disable=SC2046
names_of $(cat "$work/headers") >"$work/theirs"
if ! planted; then
    echo "names: what is planted is not what is found:"
    cat "$work/found"
    exit 1
fi
(refused "$top_srcdir" src models sim tap tests experiments) >"$work/refused"
cat "$work/refused"
echo "names: $(wc -l <"$work/refused") of ours could become" \
    "one of $(wc -l <"$work/theirs") in $(wc -l <"$work/headers") headers"
test ! -s "$work/refused"
