# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the script of the equivalence, one case of it: -v name=CASE, -v as=
#   cases   the names of all
#   pns, pac, secrets, scenario   a file for a world
#   orders  lines TIME NODE VERB ARG, then "TIME end"
#   aside   events that are left out
/^#/ || NF == 0 { next }
$1 == "case" {
    if (as == "cases")
        print $2
    ours = $2 == name
    next
}
!ours { next }
$1 == "pns" { sub(/^pns /, ""); keys[++nkeys] = $0 }
$1 == "secret" { says = $2; knows = $3 }
$1 == "aside" && as == "aside" { print $2 }
$1 == "until" { end = $2 }
$1 == "at" { orders[++norders] = $2 " " $3 " " $4 " " $5 }
$1 == "callers" {
    bank[++banks] = $2
    for (i = 3; i <= NF; i++) {
        split($i, a, "=")
        word[banks, a[1]] = a[2]
    }
}

function given(b, key, otherwise)
{
    return (b, key) in word ? word[b, key] : otherwise
}

function pns(    i, pool)
{
    print "name: pns\nlisten: 10.77.0.1\nlocal: 10.9.0.1\nsecrets: secrets.read"
    print "tun: pns\ndrain: 2s\nevents: events\ncontrol: { socket: pns.sock }"
    print "user: ''"
    for (i = 1; i <= nkeys; i++) {
        print keys[i]
        pool = pool || keys[i] ~ /^pool:/
    }
    if (!pool)
        print "pool: 10.9.0.2-10.9.0.9"
}

function pac(    b)
{
    print "name: pac\nmode: icrq\npeers: 10.77.0.1\nlocal: 10.77.0.2"
    print "secrets: said.read\nretry: 3s\ndrain: 2s\nevents: events"
    print "control: { socket: pac.sock }\nuser: ''\nlines:"
    for (b = 1; b <= banks; b++) {
        print " - name: " bank[b]
        if ((b, "number") in word)
            print "   own_number: '" word[b, "number"] "'"
        print "   client: { user: '" bank[b] "{n}', count: " \
            given(b, "count", 1) ", rate: " given(b, "rate", 0) \
            ", redial: " given(b, "redial", "0s") ", redial_max: 1h" \
            ", answers: " (given(b, "answers", "no") == "yes" ? "true" \
                                                              : "false") " }"
    }
}

END {
    if (as == "pns")
        pns()
    else if (as == "pac")
        pac()
    else if (as == "secrets")
        print "* * " (knows == "" ? "wonder" : knows) " *"
    else if (as == "said")
        print "* * " (says == "" ? "wonder" : says) " *"
    else if (as == "orders") {
        for (i = 1; i <= norders; i++)
            print orders[i]
        print end " end"
    }
}
