#!/usr/bin/env bash
# Compares the built sidecar with other proxies in one run: CPU and latency per request with a session check and a limit.
# Usage: compare.sh JOB [lab options]
#   JOB  hot      1,000 users in turn, everything that spares Redis calls on
#        exact    the same with every cache and lease off
#        cold     a million users in turn: each is new to every cache
#        default  the same with the default bound on new subjects: the excess must be refused
#        denied   every user is over its limit
# PEERS_LAB names the lab's program (default: lab.py of the peer lab beside this checkout); its own README has the contract, the
# peers and how to read the table. PEERS chooses peers, JAVA the Java to run the sidecar with; on JDK 25 and later with an AOT
# cache as in its image: one made for this run, unless AOT is another's file, or no.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=${PEERS_LAB:-$here/../../../shared/tools/peers/lab.py}
job=${1:-}
[ $# -gt 0 ] && shift
savings=all subjects=1000000 options=()
case $job in
hot) ;;
exact) savings=none ;;
cold) options=(--users 1000000) ;;
default) options=(--users 1000000) subjects=1000 ;;
denied) options=(--denied) ;;
*)
  sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
if [ ! -x "$lab" ]; then
  echo "compare.sh: no peer lab at $lab: name its lab.py in PEERS_LAB" >&2
  exit 2
fi
extra=${JAVA_EXTRA:-} cache=${AOT:-}
feature=$("${JAVA:-java}" -version 2>&1 | sed -n '1s/^[^0-9]*\([0-9]*\).*/\1/p')
if [ -z "$cache" ] && [ "${feature:-0}" -ge 25 ]; then
  cache=$(mktemp "${TMPDIR:-/tmp}/sidecar-XXXXXX.aot")
  trap 'rm -f "$cache"' EXIT
  java -cp "$here/../target/bench.jar" io.redisroles.bench.SidecarTraining "$here/../.." "${JAVA:-java}" "$cache"
fi
[ -z "$cache" ] || [ "$cache" = no ] || extra="$extra -XX:AOTCache=$cache"
"$lab" --only "${PEERS:-direct,nginx,nginx-lua1,netty-bare,netty-shared,envoy-rl}" \
  --proxy-name "sidecar-$job" --proxy-env "NEW_SUBJECTS=$subjects" --proxy-env "JAVA=${JAVA:-java}" \
  --proxy-env "JAVA_EXTRA=$extra" \
  --proxy-cmd "$here/sidecar.sh {port} {upstream_host}:{upstream_port} {redis_host}:{redis_port} {run} {limit} {period_ms} {token_prefix} $savings" \
  "${options[@]}" "$@"
