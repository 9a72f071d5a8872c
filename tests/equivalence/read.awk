# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the script of the equivalence, one case of it: -v name=CASE, -v as=
#   cases   the names of all
#   pns, pac, secrets, said       files of the daemons; with -v daemon=bridge
#                                 the PAC is one, and its callers are simulated
#   scenario                      the same for the simulator; -v platform=FILE
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
$1 == "pns" {
    sub(/^pns /, "")
    keys[++nkeys] = $0
    pool = pool || /^pool:/
}
$1 == "secret" { says = $2; knows = $3 }
$1 == "aside" && as == "aside" { $1 = ""; print }
$1 == "address" { users[++nusers] = $2 " * wonder " $3 }
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

function pns(    i)
{
    print "name: pns\nlisten: 10.77.0.1\nlocal: 10.9.0.1\nsecrets: secrets.read"
    print "tun: pns\ndrain: 2s\nevents: events\ncontrol: { socket: pns.sock }"
    print "user: ''"
    for (i = 1; i <= nkeys; i++)
        print keys[i]
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
        print "   " (daemon == "bridge" ? "simulated: { line: { rate: " \
            "100Mbit/s, delay: 5ms }, ping: { interval: 0s }" : "client: {") \
            (daemon == "bridge" ? ", " : " ") "user: '" given(b, "user", bank[b] "{n}") "', count: " \
            given(b, "count", 1) ", rate: " given(b, "rate", 0) \
            ", redial: " given(b, "redial", "0s") ", redial_max: 1h" \
            ", answers: " (given(b, "answers", "no") == "yes" ? "true" \
                                                              : "false") " }"
    }
}

function secrets(word,    i)
{
    for (i = 1; i <= nusers; i++)
        print users[i]
    if (nusers == 0)
        print "* * " (word == "" ? "wonder" : word) " *"
}

# limits: { calls: 1 }, and what it is in a scenario
function scenario_key(key)
{
    if (key !~ /^limits:/)
        return key
    gsub(/^limits: *{ *| *} *$/, "", key)
    sub(/^calls:/, "max_calls:", key)
    return key
}

function scenario_calls(b,    dialled)
{
    dialled = given(b, "answers", "no") == "yes" && !((b, "redial") in word)
    print " - name: " bank[b]
    if ((b, "count") in word)
        print "   count: " word[b, "count"] "\n   stagger: " \
            1000 / given(b, "rate", 1000) "ms"
    print "   pac: pac\n   pns: pns\n   line: { rate: 100Mbit/s }"
    print "   redial: " given(b, "redial", "0s")
    if (dialled) # by orders alone
        print "   direction: outgoing\n   start: 1000h"
}

function scenario_order(text,    part)
{
    split(text, part, " ")
    print " - { at: " part[1] ", node: " part[2] ", do: " part[3] \
        (part[3] == "dial" ? ", pac: pac, number: '" part[4] "'" : "") " }"
}

function scenario(    i)
{
    print "duration: " end "\nplatform: '" platform "'\nevents: true\ntrace: off"
    print "ppp:\n  auth: mschap2\n  mppe: allowed\n  user: '" \
        given(1, "user", bank[1] "{n}") "'"
    print "  password: " (knows == "" ? "wonder" : knows)
    print "  callers_password: " (says == "" ? "wonder" : says)
    if (nusers > 0)
        print "  secrets: secrets.read"
    print "nodes:\n - name: pns\n   role: pns\n   host: pns"
    if (!pool)
        print "   pool: 10.9.0.2-10.9.0.9"
    for (i = 1; i <= nkeys; i++)
        print "   " scenario_key(keys[i])
    print " - name: pac\n   role: pac\n   host: pac\n   connect: pns"
    print "   reconnect: 500ms\ncalls:"
    for (i = 1; i <= banks; i++)
        scenario_calls(i)
    if (norders > 0)
        print "orders:"
    for (i = 1; i <= norders; i++)
        scenario_order(orders[i])
}

END {
    if (as == "scenario")
        scenario()
    else if (as == "pns")
        pns()
    else if (as == "pac")
        pac()
    else if (as == "secrets")
        secrets(knows)
    else if (as == "said")
        secrets(says)
    else if (as == "orders") {
        for (i = 1; i <= norders; i++)
            print orders[i]
        print end " end"
    }
}
