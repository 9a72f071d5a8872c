# SPDX-License-Identifier: GPL-3.0-or-later
# Events of all files given, as the equivalence compares them: -v name=CASE; a
# line each, which is to be sorted (stably) by the first field alone; without
# those of -v aside="EVENT ...".
function member(key,    at, rest)
{
    at = index($0, "\"" key "\":")
    if (at == 0)
        return ""
    rest = substr($0, at + length(key) + 3)
    if (rest ~ /^"/) {
        rest = substr(rest, 2)
        sub(/".*/, "", rest)
    } else
        sub(/[,}].*/, "", rest)
    return rest
}
# A PNS's place for a session is used again, and it may have been another PNS
# before: a session is known by which it is.
function whose(    place)
{
    place = member("name") " " member("index")
    if (event == "PNS_NEW")
        session[place] = sessions[member("name")]++
    return member("role") == "pns" ? session[place] : member("index")
}
{
    event = member("event")
    if ((" " aside " ") ~ (" " event " "))
        next
    who = member("name") "." member("role")
    if (event ~ /TRUNK_(UP|LOST|FAILED)$/)
        who = who ".trunk"
    text = name ":" who "." whose() " " event
    for (i = 1; i <= n; i++) {
        value = member(said[i])
        if (value != "")
            text = text " " said[i] "=" value
    }
    print text
}
BEGIN {
    n = split("ip why cause bps final gave_up reason connection message " \
              "result error user had", said, " ")
}
