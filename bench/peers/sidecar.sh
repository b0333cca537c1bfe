#!/usr/bin/env bash
# Starts the built sidecar for a comparison with other proxies: writes its configuration into RUN and becomes its process.
# Usage: sidecar.sh PORT UPSTREAM REDIS RUN LIMIT PERIOD_MS TOKEN_PREFIX [SAVINGS]
#   UPSTREAM, REDIS  host:port
#   SAVINGS          all (default) or none: whether leases, deny cache and session cache are used
# JAVA names the Java to run with (default: java), JAVA_EXTRA further options, NEW_SUBJECTS the new subjects a second (default 1000).
set -euo pipefail
port=$1 upstream=$2 redis=$3 run=$4 limit=$5 period=$6 prefix=$7 savings=${8:-all}
home=$(cd "$(dirname "$0")/../.." && pwd)
on=true
[ "$savings" = none ] && on=false
printf 'A%.0s' {1..43} > "$run/identifier.key"
cat > "$run/sidecar.yaml" <<YAML
version: 1
static:
  inbound: 127.0.0.1:$port
  upstream: $upstream
  probes: 127.0.0.1:$((port + 1))
  admin: 127.0.0.1:$((port + 2))
  stores: {}
  identifierKeyFile: $run/identifier.key
  storeTimeout: 250ms
  upstreamTimeout: 30s
  answerSource: false
  opaque: []
  savings: {denyCache: $on, leases: $on, sessionCache: $on}
policy:
  namespace: bench
  name: bench
  revision: 1
  unmatched: Deny
  identifiers: Hashed
  client: {trustedProxies: [], ipv6Prefix: 64, proxyProtocol: false}
  session:
    sources: [{kind: BEARER_TOKEN, name: Authorization}]
    prefix: "session:"
    tokenPrefix: "$prefix"
    apiKeyPrefix: "apikey:"
    idleTimeout: 30m
    maxLifetime: 24h
    createdField: created_at
    jwt: {type: Disabled}
    csrf: {mode: Disabled, trustedOrigins: []}
  tier: {field: tier, defaultTier: free}
  newSubjectsPerSecond: ${NEW_SUBJECTS:-1000}
  liveSidecars: 1
  rules:
  - name: all
    paths: ["/**"]
    methods: []
    session: Required
    onSessionStoreFailure: Deny
    limits:
    - name: user-path
      by: [user, path]
      amount: {requests: $limit, burst: $limit}
      algorithm: {type: SlidingWindow, per: ${period}ms}
      cost: 1
      unit: Request
      mode: Enforce
      tiers: {}
      onStoreFailure: Deny
YAML
export REDISROLES_CONFIG="$run/sidecar.yaml" REDIS_URL="redis://$redis"
# shellcheck disable=SC2086
exec "${JAVA:-java}" @"$home/sidecar-proxy/src/main/jvm/sidecar.options" ${JAVA_EXTRA:-} -jar "${SIDECAR_JAR:-$home/sidecar-proxy/target/sidecar-proxy.jar}"
