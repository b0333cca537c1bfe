package io.redisroles.contract;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The part of a sidecar's configuration that changes while it serves. Every value is resolved: nothing is left to default.
 *
 * @param namespace of the AccessPolicy; part of the names of keys
 * @param name of the AccessPolicy; part of the names of keys
 * @param revision the policy's {@code metadata.generation}, shown by {@code /config} and metrics
 * @param unmatched for requests that no rule matches
 * @param identifiers how subjects appear in key names
 * @param client how the client's address is found
 * @param session where sessions are and how long they live
 * @param tier where a session's tier is found
 * @param liveSidecars by how many sidecars a limit is divided while it is decided locally; at least 1
 * @param rules in order; the first match wins
 */
public record PolicySection(
        String namespace,
        String name,
        long revision,
        Unmatched unmatched,
        Identifiers identifiers,
        Client client,
        Session session,
        Tier tier,
        int liveSidecars,
        List<Rule> rules) {
    public PolicySection {
        rules = List.copyOf(rules);
        if (liveSidecars < 1) {
            throw new IllegalArgumentException("liveSidecars: " + liveSidecars + " (expected: at least 1)");
        }
        requireUnique("rules", rules.stream().map(Rule::name).toList());
        requireUnique(
                "limits",
                rules.stream()
                        .flatMap(rule -> rule.limits().stream())
                        .map(Limit::name)
                        .toList());
    }

    private static void requireUnique(String where, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        where + ": \"" + name + "\" stands twice (names are unique in a policy)");
            }
        }
    }

    /**
     * How the client's address is found.
     *
     * @param trustedProxies CIDR blocks whose {@code X-Forwarded-For} is believed
     * @param ipv6Prefix how many leading bits of an IPv6 address are one client, 32 to 128
     */
    public record Client(List<String> trustedProxies, int ipv6Prefix) {
        public Client {
            trustedProxies = List.copyOf(trustedProxies);
            if (ipv6Prefix < 32 || ipv6Prefix > 128) {
                throw new IllegalArgumentException("client.ipv6Prefix: " + ipv6Prefix + " (expected: 32 to 128)");
            }
        }
    }

    /**
     * Where sessions are and how long they live.
     *
     * @param sources in order; the first one present in a request decides
     * @param prefix of the keys of sessions by id
     * @param tokenPrefix of the keys of opaque bearer tokens, followed by the lower-case hex SHA-256 of the token
     * @param idleTimeout a session unused for this long ends
     * @param maxLifetime a session ends this long after its creation, used or not
     * @param createdField the field with the time of creation (epoch seconds or ISO 8601)
     */
    public record Session(
            List<SessionSource> sources,
            String prefix,
            String tokenPrefix,
            Duration idleTimeout,
            Duration maxLifetime,
            String createdField) {
        public Session {
            sources = List.copyOf(sources);
            requirePositive("session.idleTimeout", idleTimeout);
            requirePositive("session.maxLifetime", maxLifetime);
        }
    }

    /**
     * One place where a request may carry a credential.
     *
     * @param kind which place
     * @param name of the cookie or the header; {@code Authorization} for a bearer token
     */
    public record SessionSource(Kind kind, String name) {
        /** The places known. */
        public enum Kind {
            COOKIE,
            HEADER,
            BEARER_TOKEN
        }
    }

    /**
     * Where a session's tier is found.
     *
     * @param field of the session
     * @param defaultTier where the field or the session is absent
     */
    public record Tier(String field, String defaultTier) {}

    /**
     * Which requests, which session, which limits.
     *
     * @param name unique in the policy
     * @param paths patterns; {@code *} is one segment, {@code **} any number; empty matches every path
     * @param methods empty matches every method; GET implies HEAD
     * @param session what is asked of the session
     * @param limits all of which must admit
     */
    public record Rule(
            String name, List<String> paths, List<HttpMethod> methods, SessionRequirement session, List<Limit> limits) {
        public Rule {
            paths = List.copyOf(paths);
            methods = List.copyOf(methods);
            limits = List.copyOf(limits);
        }
    }

    /**
     * At most so many requests of a subject in any window of a period (algorithm SlidingWindow).
     *
     * @param name unique in the policy; part of the names of keys and of the RateLimit fields
     * @param by who is counted
     * @param requests admitted in any window, 1 to {@value #MAX_REQUESTS}
     * @param per the window's length, 1 s to 744 h
     * @param cost what one request debits, 1 to the smallest number of requests
     * @param tiers other numbers of requests by tier
     * @param onStoreFailure while Redis does not answer
     */
    public record Limit(
            String name,
            List<SubjectPart> by,
            long requests,
            Duration per,
            long cost,
            Map<String, Long> tiers,
            OnStoreFailure onStoreFailure) {
        public static final long MAX_REQUESTS = 1_000_000_000L;
        public static final Duration MIN_PER = Duration.ofSeconds(1);
        public static final Duration MAX_PER = Duration.ofDays(31);

        public Limit {
            by = List.copyOf(by);
            tiers = Map.copyOf(tiers);
            if (by.isEmpty()) {
                throw new IllegalArgumentException("limit " + name + ": by is empty (expected for example [user])");
            }
            if (per.compareTo(MIN_PER) < 0 || per.compareTo(MAX_PER) > 0) {
                throw new IllegalArgumentException(
                        "limit " + name + ": per is " + DurationText.format(per) + " (expected: 1s to 744h)");
            }
            requireCount(name, "requests", requests, cost);
            for (Map.Entry<String, Long> tier : tiers.entrySet()) {
                requireCount(name, "tiers." + tier.getKey() + ".requests", tier.getValue(), cost);
            }
        }

        /** How many requests this limit admits for {@code tier}. */
        public long requestsFor(String tier) {
            return tiers.getOrDefault(tier, requests);
        }

        /** The largest number of requests of any tier; decides how wide a counter is stored. */
        public long largestRequests() {
            return tiers.values().stream().reduce(requests, Math::max);
        }

        private static void requireCount(String limit, String field, long value, long cost) {
            if (value < 1 || value > MAX_REQUESTS) {
                throw new IllegalArgumentException(
                        "limit " + limit + ": " + field + " is " + value + " (expected: 1 to " + MAX_REQUESTS + ")");
            }
            if (cost < 1 || cost > value) {
                throw new IllegalArgumentException(
                        "limit " + limit + ": cost is " + cost + " (expected: 1 to " + field + " = " + value + ")");
            }
        }
    }

    private static void requirePositive(String field, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(field + ": " + DurationText.format(value) + " (expected: more than 0s)");
        }
    }
}
