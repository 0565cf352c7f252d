#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
#
# What is in etc/ for other systems, tried with those systems: Prometheus with
# node_exporter, Icinga, Nagios; and the Grafana dashboard, whose queries
# Prometheus answers.
#
# The service watches a realm of real servers, the one of tests/plain, and
# Prometheus what the service writes.  Needs root, for namespaces of its own:
# all that it starts ends with it.  SPNHEALTHD and SPNHEALTHD_PROBE name the
# programs under test.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/run.bash
source "$here/../run.bash"
# shellcheck source=tests/alone.bash
source "$here/../alone.bash"

alone monitoring "$here/monitoring.sh" "${1:-}"

# shellcheck source=tests/plain/realm.bash
source "$here/../plain/realm.bash"

rules=$top/etc/prometheus/spnhealthd.rules.yml
dashboard=$top/etc/grafana/spnhealthd.json
textfile=$state/written/spnhealthd.prom
api=http://127.0.0.1:9090/api/v1

# ----- what needs no server

check "monitoring: promtool accepts the example configuration and its rules" \
    promtool check config "$top/etc/prometheus/prometheus.yml"
check "monitoring: each rule fires on its fault, and on nothing else" \
    promtool test rules "$top/etc/prometheus/tests/spnhealthd.rules.test.yml"

icinga_accepts()
{
    mkdir "$state/icinga"
    cp "$top/etc/icinga2/spnhealthd.conf" "$state/icinga"
    cat >"$state/icinga/icinga2.conf" <<CONF
include <itl>
include "spnhealthd.conf"
object Host "mon.$domain" {
  check_command = "dummy"
  vars.spnhealthd_service = true
}
object Host "other.$domain" {
  check_command = "dummy"
  vars.spnhealthd_domain = "$domain"
  vars.spnhealthd_dc = [ "dc1.$domain", "dc2.$domain" ]
}
CONF
    ICINGA2_USER=root ICINGA2_GROUP=root icinga2 daemon -C \
        -c "$state/icinga/icinga2.conf" -DCacheDir="$state/icinga" >"$state/icinga/out" 2>&1 ||
        { cat "$state/icinga/out"; return 1; }
    # No warning either, and a service for each host.
    if grep -E 'warning/|critical/' "$state/icinga/out"; then
        return 1
    fi
    grep 'Instantiated 2 Services' "$state/icinga/out"
}
check "monitoring: Icinga accepts the commands, and applies the services" icinga_accepts

nagios_accepts()
{
    local file

    mkdir "$state/nagios"
    {
        for file in commands contacts timeperiods templates; do
            echo "cfg_file=/etc/nagios4/objects/$file.cfg"
        done
        cat <<CONF
cfg_file=$top/etc/nagios/spnhealthd.cfg
cfg_file=$state/nagios/host.cfg
log_file=$state/nagios/log
check_result_path=$state/nagios
temp_path=$state/nagios
nagios_user=root
nagios_group=root
illegal_macro_output_chars=|
CONF
    } >"$state/nagios/nagios.cfg"
    cat >"$state/nagios/host.cfg" <<'CONF'
define host {
    use                 generic-host
    host_name           localhost
    max_check_attempts  1
    contact_groups      admins
}
CONF
    nagios4 -v "$state/nagios/nagios.cfg" >"$state/nagios/out" ||
        { cat "$state/nagios/out"; return 1; }
    grep '^Total Warnings: 0$' "$state/nagios/out"
}
check "monitoring: Nagios accepts the commands and the service" nagios_accepts

# holds WHAT FILTER: a jq filter is true of the dashboard.
holds()
{
    jq -e "$2" "$dashboard" >/dev/null || { echo "not so: $1"; return 1; }
}

dashboard_is_whole()
{
    holds 'panels have numbers of their own' '[.panels[].id] | length == (unique | length)'
    holds 'panels are 24 columns wide together' 'all(.panels[].gridPos; .x >= 0 and .x + .w <= 24)'
    holds 'no panel lies on another' '[.panels[].gridPos] | . as $at
        | [range(length) as $i | range($i) as $j | $at[$i] as $a | $at[$j] as $b
           | select($a.x < $b.x + $b.w and $b.x < $a.x + $a.w
                and $a.y < $b.y + $b.h and $b.y < $a.y + $a.h)] == []'
    holds 'each panel, query and variable has the data source that was chosen' \
        '[.panels[], .panels[].targets[], .templating.list[1:][], .annotations.list[1:][]]
        | all(.datasource == {type: "prometheus", uid: "${datasource}"})'
    holds 'the first variable is that data source' \
        '.templating.list[0] | .name == "datasource" and .type == "datasource"'
    holds 'queries of a panel have names of their own' \
        'all(.panels[]; [.targets[].refId] | length == (unique | length))'
    holds 'each query names domain and instance, which are variables' \
        '[.templating.list[].name] == ["datasource", "domain", "instance"]
        and ([.. | .expr? // empty] | all(contains("domain=\"$domain\", instance=\"$instance\"")))'
}
check "monitoring: the dashboard's parts fit together" dashboard_is_whole

# ----- the realm, the service, node_exporter and Prometheus

write_config()
{
    cat >"$state/spnhealthd.yaml" <<YAML
domain: $domain
credentials: {keytab: $state/mon.keytab}
checks:
  spn: {interval: 10s}
  duplicates: {interval: 10s}
  clock: {interval: 10s}
  ports: {interval: 10s}
alerts: {confirm: 1}
metrics: {textfile: $textfile}
state_directory: $state/service
YAML
}

start_realm()
{
    local -a records=()
    local name

    make_network
    make_realm
    make_certificate
    make_directory all
    for name in kerberos._tcp,88 kerberos._udp,88 kpasswd._udp,464 ldap._tcp,389; do
        records+=("--srv-host=_${name%,*}.$domain,all.$domain,${name#*,}")
    done
    start_dns all "${records[@]}"
    start_kdc kdc all
    start_kadmind kadmind all
    start_slapd all
    start smtp python3 "$here/../plain/greeting.py" "${address_of[mail]}"
    await "the SMTP server" accepts "${address_of[mail]}" 25
}

# What it writes is for others to read, here through a link as on Debian.
start_service()
{
    mkdir -p "$state/service" "$state/written" "$state/textfiles"
    ln -s "$textfile" "$state/textfiles/spnhealthd.prom"
    write_config
    (umask 022; exec "$SPNHEALTHD" -c "$state/spnhealthd.yaml") \
        >"$state/service.out" 2>&1 </dev/null &
    echo $! >"$state/service.pid"
    await "the service's metrics" test -s "$textfile"
}

# A recording, played to another host's web server.
start_openmetrics()
{
    "$SPNHEALTHD" --check --domain "$domain" --keytab "$state/mon.keytab" \
        --record "$state/recording" -o /dev/null
    "$SPNHEALTHD" --check --replay "$state/recording" -f openmetrics -o "$state/openmetrics"
    start openmetrics python3 "$here/serve.py" "$state/openmetrics" 9191
    await "the OpenMetrics server" accepts 127.0.0.1 9191
}

# Not as root: what reads the file is another than who writes it.
start_node_exporter()
{
    chmod 755 "$state"
    start node_exporter setpriv --reuid=65534 --regid=65534 --clear-groups \
        prometheus-node-exporter --collector.disable-defaults --collector.textfile \
        --collector.textfile.directory="$state/textfiles" --web.listen-address=127.0.0.1:9100
    await "node_exporter" accepts 127.0.0.1 9100
}

# By the rules as they are, but that they wait 3 s instead of minutes.
start_prometheus()
{
    sed -E 's/^( *for:) .*/\1 3s/' "$rules" >"$state/rules.yml"
    cat >"$state/prometheus.yml" <<YAML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$state/rules.yml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["127.0.0.1:9100"]}]
  - job_name: openmetrics
    static_configs: [{targets: ["127.0.0.1:9191"]}]
YAML
    start prometheus prometheus --config.file="$state/prometheus.yml" \
        --storage.tsdb.path="$state/tsdb" --web.listen-address=127.0.0.1:9090 --log.level=warn
    await "Prometheus" accepts 127.0.0.1 9090
}

# From here on a failure is the end: the rest would only follow from it.
must()
{
    check "$@"
    if ((failed)); then
        tail -n 20 "$state"/{service,node_exporter,prometheus}.out 2>/dev/null | sed 's/^/# /' || true
        exit 1
    fi
}

must "monitoring: a realm of real servers" start_realm
must "monitoring: the service writes metrics" start_service
must "monitoring: a recording becomes OpenMetrics" start_openmetrics
must "monitoring: node_exporter starts" start_node_exporter
must "monitoring: Prometheus starts" start_prometheus

# answer QUERY: the result, a JSON list.
answer()
{
    python3 "$here/fetch.py" "$api/query" "query=$1" | jq -c .data.result
}

# has QUERY: it has a result.
has()
{
    answer "$1" | jq -e '. != []' >/dev/null
}

# firing: the names of the alerts that fire.
firing()
{
    python3 "$here/fetch.py" "$api/alerts" |
        jq -r '.data.alerts[] | select(.state == "firing") | .labels.alertname' | sort -u
}

# fires NAME: this alert and no other.
fires()
{
    [[ $(firing) == "$1" ]]
}

all_quiet()
{
    [[ $(firing) == "" ]]
}

# soon COMMAND...: within 30 s.
soon()
{
    local until=$((SECONDS + 30))

    while ! "$@" 2>/dev/null; do
        if ((SECONDS >= until)); then
            echo "not within 30 s: $*"
            python3 "$here/fetch.py" "$api/alerts"
            cat "$textfile"
            return 1
        fi
        sleep 0.3
    done
}

# Have the service run all checks.
look_now()
{
    send USR1 service
}

# ----- all is well

clean()
{
    local file

    for file in "$textfile" "$state/openmetrics"; do
        silent promtool check metrics <"$file"
    done
}
check "monitoring: promtool finds nothing to improve in the metrics" clean

scraped()
{
    soon has "spnhealthd_check_status{instance=\"127.0.0.1:9100\", job=\"node\", domain=\"$domain\"}"
    soon has "spnhealthd_check_status{instance=\"127.0.0.1:9191\", job=\"openmetrics\", domain=\"$domain\"}"
    has 'node_textfile_scrape_error == 0'
    has "time() - node_textfile_mtime_seconds{file=\"$state/textfiles/spnhealthd.prom\"} < 30"
    # Their types, too, which Prometheus reads from both formats.
    [[ $(python3 "$here/fetch.py" "$api/targets/metadata" metric=spnhealthd_check_status |
        jq -r '[.data[].type] | join(" ")') == "gauge gauge" ]]
}
check "monitoring: Prometheus has both, the file's by node_exporter" scraped

same_metrics()
{
    local names='count by (__name__) ({__name__=~"spnhealthd_.+"'

    # What is not of a replay: how long it took, how often the check is run, and
    # what the service counts.
    diff <(answer "$names, job=\"openmetrics\"})" | jq -r '.[].metric.__name__' | sort) \
        <(answer "$names, job=\"node\"})" | jq -r '.[].metric.__name__' | sort |
            grep -vE '_(run_duration|interval|start_timestamp)_seconds$|_total$|_standing$')
}
check "monitoring: the same metrics by both ways" same_metrics

silent_for_a_while()
{
    local turn

    # Until the first scrape there is nothing.
    soon all_quiet
    for ((turn = 0; turn < 10; turn++)); do
        all_quiet || { python3 "$here/fetch.py" "$api/alerts"; return 1; }
        sleep 0.5
    done
}
check "monitoring: no alert while all is well" silent_for_a_while

# state_is NUMBER WORD: by the command of Icinga's and Nagios' files.
state_is()
{
    local status=0

    "$SPNHEALTHD" --status -f nagios -c "$state/spnhealthd.yaml" >"$state/status" || status=$?
    cat "$state/status"
    [[ $status == "$1" ]] && grep -q "^SPNHEALTHD $2 " "$state/status"
}
check "monitoring: the state for Icinga and Nagios is OK" state_is 0 OK

# ----- a mail server loses its SPN

# says ALERT TEXT: its description has this in it.
says()
{
    python3 "$here/fetch.py" "$api/alerts" | jq -e --arg name "$1" --arg text "$2" \
        '.data.alerts[] | select(.labels.alertname == $name)
        | .annotations.description | contains($text)'
}

lost_spn()
{
    set_spns "$mail_entry" <<<"servicePrincipalName: host/mail.$domain"
    look_now
    soon fires SpnhealthdMailFails
    says SpnhealthdMailFails 'Found: SPN_MISSING.'
}
check "monitoring: a lost SPN fires SpnhealthdMailFails, and no other" lost_spn

check "monitoring: the state for Icinga and Nagios is CRITICAL" state_is 2 CRITICAL

# As Grafana fills in the dashboard's variables.
filled_in()
{
    sed -e "s/\\\$domain/$domain/g" -e 's/\$instance/127.0.0.1:9100/g'
}

dashboard_has_data()
{
    local query selector label

    jq -r '.. | .expr? // empty' "$dashboard" | filled_in >"$state/queries"
    (($(wc -l <"$state/queries") > 20))
    while read -r query; do
        has "$query" || { echo "no data: $query"; return 1; }
    done <"$state/queries"
    # label_values(SELECTOR, LABEL), which are Grafana's words.
    jq -r '.templating.list[1:][].query.query' "$dashboard" | filled_in |
        sed -E 's/^label_values\((.*), ([a-z]+)\)$/\2 \1/' >"$state/labels"
    while read -r label selector; do
        python3 "$here/fetch.py" "$api/label/$label/values" "match[]=$selector" |
            jq -e '.data != []' || { echo "no value: $label of $selector"; return 1; }
    done <"$state/labels"
}
check "monitoring: every query of the dashboard has data" dashboard_has_data

healed()
{
    mail_spns | set_spns "$mail_entry"
    look_now
    soon all_quiet
}
check "monitoring: the alert is over when the SPN is back" healed

# ----- a KDC's port is closed

closed_port()
{
    nft "table inet plain { chain input { type filter hook input priority 0;
        ip daddr ${address_of[all]} tcp dport 464 reject with tcp reset; }; }"
    look_now
    soon fires SpnhealthdKerberosPortClosed
    says SpnhealthdKerberosPortClosed "all.$domain:464/tcp;"
    has "spnhealthd_port_open{instance=\"127.0.0.1:9100\", server=\"all.$domain\", port=\"464\", transport=\"tcp\"} == 0"
}
check "monitoring: a closed port fires SpnhealthdKerberosPortClosed, and no other" closed_port

opened_port()
{
    reconnect
    look_now
    soon all_quiet
}
check "monitoring: the alert is over when the port is open" opened_port

# ----- the service ends, and its file with it

stopped()
{
    stop service
    rm "$textfile"
    soon fires SpnhealthdGone
}
check "monitoring: a service that has stopped fires SpnhealthdGone" stopped

exit "$failed"
