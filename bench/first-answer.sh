#!/usr/bin/env bash
# How long a sidecar takes in a pod, from the exec of its process to the moment from which /healthz/ready says 200 (its log line
# "Serving"), which the kubelet's startedAt with its whole seconds cannot tell. Makes pods of samples/caas anew, one after the other.
#   NODE_EXEC="docker exec kind-control-plane" bench/first-answer.sh [TIMES]
# NODE_EXEC runs a command on the one node of the cluster of KUBECONFIG.
set -euo pipefail
: "${NODE_EXEC:?names no command that runs another on the node, for example: docker exec kind-control-plane}"
times=${1:-5}

# Process times are in hundredths of a second since the boot.
started() {
  $NODE_EXEC sh -c '
    boot=$(awk "/^btime/ {print \$2}" /proc/stat)
    for process in /proc/[0-9]*; do
      cat $process/environ 2>/dev/null | tr "\0" "\n" | grep -q "^HOSTNAME='"$1"'$" || continue
      [ "$(awk "/^Uid/ {print \$2}" $process/status)" = 15001 ] || continue
      awk -v boot=$boot "{printf \"%.2f\n\", boot + \$22 / 100}" $process/stat
    done' | sed -n 1p
}

for _ in $(seq "$times"); do
  kubectl -n caas delete "$(kubectl -n caas get pods -l app=gateway -o name | sed -n 1p)" --wait=true >/dev/null
  kubectl -n caas rollout status deployment/gateway --timeout=120s >/dev/null
  pod=$(kubectl -n caas get pods -l app=gateway --sort-by=.metadata.creationTimestamp -o 'jsonpath={.items[-1:].metadata.name}')
  serving=$(kubectl -n caas logs "$pod" -c redisroles-sidecar | sed -n 's/ .* Serving$//p' | sed -n 1p)
  awk -v from="$(started "$pod")" -v to="$(date -d "$serving" +%s.%N)" 'BEGIN {printf "%.2f s\n", to - from}'
done | sort -n
