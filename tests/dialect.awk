# SPDX-License-Identifier: GPL-3.0-or-later
# Reads sources of C (-v out=FOLDER) for tests/dialect.sh.  Prints where
# braces are not as they should be:
#   - a body of one statement has none, but for an if that stands in an if;
#   - if one branch of an if has them, all have.
# Writes each source to FOLDER again, changed so that a compiler refuses what
# takes a pointer as a truth: `!x` is `!~x`, a condition and each side of
# && and || begin with `0 |`, which binds no more than their own operators.

FNR == 1 {
    finish()
    file = FILENAME
    n = comment = directive = 0
    gap = ""
}

{ scan($0) }

END {
    finish()
    exit bad
}

# --- tokens: tok[i], the gap before it, the line it is in ---------------------

function scan(s,    at) {
    if (directive || (!comment && s ~ /^[ \t]*#/)) {
        directive = s ~ /\\$/
        gap = gap s "\n"
        return
    }
    while (s != "") {
        if (comment) {
            at = index(s, "*/")
            comment = !at
            at = at ? at + 1 : length(s)
            gap = gap substr(s, 1, at)
            s = substr(s, at + 1)
        } else if (match(s, /^[ \t]+/)) {
            gap = gap substr(s, 1, RLENGTH)
            s = substr(s, RLENGTH + 1)
        } else if (substr(s, 1, 2) == "/*") {
            comment = 1
            gap = gap "/*"
            s = substr(s, 3)
        } else if (match(s, /^("([^"\\]|\\.)*"|'([^'\\]|\\.)*')/) ||
                   match(s, /^[A-Za-z_][A-Za-z0-9_]*/) ||
                   match(s, /^[0-9][A-Za-z0-9_.]*/) ||
                   match(s, /^(&&|\|\||->|<<=|>>=|[-=!<>+*\/%&|^]=)/) ||
                   match(s, /^./)) {
            tok[++n] = substr(s, 1, RLENGTH)
            before[n] = gap
            line[n] = FNR
            gap = ""
            s = substr(s, RLENGTH + 1)
        }
    }
    gap = gap "\n"
}

function finish(    i) {
    if (file == "")
        return
    tok[n + 1] = tok[n + 2] = ""
    for (i = 1; i <= n; i++)
        if (tok[i] == "{")
            i = tok[i - 1] == ")" ? statement(i) - 1 : past(i) - 1
    truths()
}

# --- braces ------------------------------------------------------------------

# The token after the bracket that closes the one at i.
function past(i,    depth) {
    do {
        if (tok[i] ~ /^[[({]$/)
            depth++
        else if (tok[i] ~ /^[])}]$/)
            depth--
    } while (++i <= n && depth > 0)
    return i
}

# The token after the statement at i; sets count and first of a block.
function statement(i,    word, end) {
    word = tok[i]
    if (word == "{")
        return block(i)
    if (word == "if")
        return branches(i)
    if (word == "switch")
        return statement(past(i + 1))
    if (word ~ /^(for|while|[a-z_]*_foreach)$/)
        return body(past(i + 1), word)
    if (word == "do") {
        end = body(i + 1, word)
        return past(end + 1) + 1
    }
    if (word ~ /^(case|default)$/ || tok[i + 1] == ":") {
        while (tok[i] != ":")
            i++
        return i + 1
    }
    while (i <= n && tok[i] != ";")
        i = tok[i] ~ /^[[({]$/ ? past(i) : i + 1
    return i + 1
}

function block(i,    end, k) {
    end = past(i) - 1
    k = 0
    for (i++; i < end; k++)
        i = statement(i)
    count = k
    return end + 1
}

# The body of a loop at i.
function body(i, word,    end) {
    end = statement(i)
    if (tok[i] == "{" && count == 1 &&
        !(word == "do" && tok[i + 1] ~ /^(if|for|while|switch)$/))
        fault(i, "braces round one statement after " word)
    return end
}

function branches(i,    start, braces, bare, needed, end, more) {
    start = i
    end = i
    do {
        if (tok[i] == "else")
            i++
        i = tok[i] == "if" ? past(i + 1) : i
        if (tok[i] == "{") {
            braces++
            count = 0
            end = block(i)
            if (count != 1 || tok[i + 1] == "if")
                needed = 1
        } else {
            bare++
            if (tok[i] == "if")
                fault(i, "an if in an if without braces")
            end = statement(i)
        }
        i = end
    } while (tok[i] == "else")
    if (braces && bare)
        fault(start, "braces in some branches")
    else if (braces && !needed)
        fault(start, "braces round one statement after if")
    return end
}

function fault(i, what) {
    print file ":" line[i] ": " what
    bad = 1
}

# --- truths ------------------------------------------------------------------

function truths(    i, d, begin, head, loop, marked, t, to) {
    d = 0
    begin[0] = 1
    split("", marked)
    for (i = 1; i <= n; i++) {
        t = tok[i]
        if (t ~ /^[[({]$/) {
            begin[++d] = i + 1
            loop[d] = t == "(" && tok[i - 1] == "for"
            head[d - 1] = t == "(" && tok[i - 1] ~ /^(if|while|for)$/
            if (t == "(" && tok[i - 1] ~ /^(if|while|PPTP_ASSERT|assert)$/)
                marked[i + 1] = 1
        } else if (t ~ /^[])}]$/) {
            d -= d > 0
            if (t == "}" || head[d])
                begin[d] = i + 1
            head[d] = 0
        } else if (t == "&&" || t == "||" || t == "?") {
            marked[begin[d]] = 1
            begin[d] = i + 1
            if (t != "?")
                marked[i + 1] = 1
        } else if (t ~ /^([,;:]|return|else|do|case)$/ || t ~ /^[^=!<>]?=$/ ||
                   t ~ /^(<<|>>)=$/) {
            begin[d] = i + 1
            if (t == ";" && loop[d]) {
                loop[d] = 0
                if (tok[i + 1] != ";")
                    marked[i + 1] = 1
            }
        }
    }
    to = out "/" file
    for (i = 1; i <= n; i++)
        printf "%s%s%s%s", before[i], i in marked ? "0 | " : "", tok[i],
            tok[i] == "!" ? "~" : "" >to
    printf "%s", gap >to
    close(to)
}
