package io.redisroles.contract;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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
 * @param newSubjectsPerSecond how many subjects that this sidecar has not seen lately may begin to be counted, for each
 *     limit; the excess shares one counter, 1 to 1000000
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
        int newSubjectsPerSecond,
        int liveSidecars,
        List<Rule> rules) {
    public PolicySection {
        rules = List.copyOf(rules);
        if (liveSidecars < 1) {
            throw new IllegalArgumentException("liveSidecars: " + liveSidecars + " (expected: at least 1)");
        }
        if (newSubjectsPerSecond < 1 || newSubjectsPerSecond > 1_000_000) {
            throw new IllegalArgumentException(
                    "newSubjectsPerSecond: " + newSubjectsPerSecond + " (expected: 1 to 1000000)");
        }
        requireUnique("rules", rules.stream().map(Rule::name).toList());
        requireUnique("limits", namesOfLimits(rules));
    }

    /** The names of all limits, which are unique in a policy. */
    public List<String> limitNames() {
        return namesOfLimits(rules);
    }

    private static List<String> namesOfLimits(List<Rule> rules) {
        return rules.stream()
                .flatMap(rule -> rule.limits().stream())
                .map(Limit::name)
                .toList();
    }

    /** The same policy with another revision and other sessions. */
    public PolicySection with(long otherRevision, Session other) {
        return new PolicySection(
                namespace,
                name,
                otherRevision,
                unmatched,
                identifiers,
                client,
                other,
                tier,
                newSubjectsPerSecond,
                liveSidecars,
                rules);
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
     * @param proxyProtocol whether connections of trusted proxies begin with a PROXY protocol header (v1 or v2)
     */
    public record Client(List<String> trustedProxies, int ipv6Prefix, boolean proxyProtocol) {
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
     * @param apiKeyPrefix of the keys of API keys, followed by the lower-case hex SHA-256 of the key
     * @param idleTimeout a session unused for this long ends
     * @param maxLifetime a session ends this long after its creation, used or not
     * @param createdField the field with the time of creation (epoch seconds or ISO 8601)
     * @param jwt how bearer tokens are read as JWT
     * @param csrf how requests that a cookie authenticates are kept from being forged
     */
    public record Session(
            List<SessionSource> sources,
            String prefix,
            String tokenPrefix,
            String apiKeyPrefix,
            Duration idleTimeout,
            Duration maxLifetime,
            String createdField,
            Jwt jwt,
            Csrf csrf) {
        public Session {
            sources = List.copyOf(sources);
            requirePositive("session.idleTimeout", idleTimeout);
            requirePositive("session.maxLifetime", maxLifetime);
        }

        /** The same sessions with other keys of an issuer. */
        public Session withJwt(Jwt other) {
            return new Session(
                    sources, prefix, tokenPrefix, apiKeyPrefix, idleTimeout, maxLifetime, createdField, other, csrf);
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
            BEARER_TOKEN,
            BEARER_JWT,
            API_KEY
        }
    }

    /**
     * How requests that a cookie authenticates are kept from being forged.
     *
     * @param mode which check
     * @param trustedOrigins scheme, host and port of origins that may ask all the same
     */
    public record Csrf(CsrfMode mode, List<String> trustedOrigins) {
        public Csrf {
            trustedOrigins = List.copyOf(trustedOrigins);
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
     * @param onSessionStoreFailure while the Redis of the sessions does not answer
     * @param limits all of which must admit
     */
    public record Rule(
            String name,
            List<String> paths,
            List<HttpMethod> methods,
            SessionRequirement session,
            SessionFailure onSessionStoreFailure,
            List<Limit> limits) {
        public Rule {
            paths = List.copyOf(paths);
            methods = List.copyOf(methods);
            limits = List.copyOf(limits);
        }
    }

    /**
     * So many requests of a subject, counted by an algorithm.
     *
     * @param name unique in the policy; part of the names of keys and of the RateLimit fields
     * @param by who is counted
     * @param amount how many, where no tier says otherwise
     * @param algorithm how it counts
     * @param cost what one request debits, 1 to the smallest amount
     * @param unit what is counted
     * @param mode whether it refuses
     * @param tiers other amounts by tier
     * @param onStoreFailure while Redis does not answer
     */
    public record Limit(
            String name,
            List<SubjectPart> by,
            Amount amount,
            Algorithm algorithm,
            long cost,
            LimitUnit unit,
            LimitMode mode,
            Map<String, Amount> tiers,
            OnStoreFailure onStoreFailure) {
        /** {@link #memory} of the longest period. */
        public static final Duration LONGEST_MEMORY = Duration.ofDays(31);

        public Limit {
            by = List.copyOf(by);
            tiers = Map.copyOf(tiers);
            if (by.isEmpty()) {
                throw new IllegalArgumentException("limit " + name + ": by is empty (expected for example [user])");
            }
            requireCost(name, "requests", amount, cost);
            for (Map.Entry<String, Amount> tier : tiers.entrySet()) {
                requireCost(name, "tiers." + tier.getKey(), tier.getValue(), cost);
            }
        }

        /** An enforced SlidingWindow of requests that cost 1, without tiers, which denies while Redis is gone. */
        public static Limit slidingWindow(String name, List<SubjectPart> by, long requests, Duration per) {
            return new Limit(
                    name,
                    by,
                    Amount.of(requests),
                    new Algorithm.SlidingWindow(per),
                    1,
                    LimitUnit.REQUEST,
                    LimitMode.ENFORCE,
                    Map.of(),
                    OnStoreFailure.DENY);
        }

        /** How many this limit admits for {@code tier}. */
        public Amount amountFor(String tier) {
            return tiers.getOrDefault(tier, amount);
        }

        /**
         * For how long at most a debit makes a difference: the algorithm's horizon, and as often as a burst exceeds the amount.
         */
        public Duration memory() {
            long times = Stream.concat(Stream.of(amount), tiers.values().stream())
                    .mapToLong(each -> (each.burst() + each.requests() - 1) / each.requests())
                    .max()
                    .orElse(1);
            return algorithm.horizon().multipliedBy(times);
        }

        /** The largest number of requests of any tier; decides how wide a counter is stored. */
        public long largestRequests() {
            return tiers.values().stream().map(Amount::requests).reduce(amount.requests(), Math::max);
        }

        private static void requireCost(String limit, String field, Amount amount, long cost) {
            long most = Math.min(amount.requests(), amount.burst());
            if (cost < 1 || cost > most) {
                throw new IllegalArgumentException(
                        "limit " + limit + ": cost is " + cost + " (expected: 1 to " + field + " = " + most + ")");
            }
        }
    }

    /**
     * How many.
     *
     * @param requests in a period, or at the same time under Concurrency; 1 to {@value #MAX_REQUESTS}
     * @param burst how many at once under TokenBucket, 1 to {@value #MAX_REQUESTS}; equal to requests under every other
     *     algorithm
     */
    public record Amount(long requests, long burst) {
        public static final long MAX_REQUESTS = 1_000_000_000L;

        public Amount {
            requireCount("requests", requests);
            requireCount("burst", burst);
        }

        /** As many at once as in a period. */
        public static Amount of(long requests) {
            return new Amount(requests, requests);
        }

        private static void requireCount(String field, long value) {
            if (value < 1 || value > MAX_REQUESTS) {
                throw new IllegalArgumentException(field + " is " + value + " (expected: 1 to " + MAX_REQUESTS + ")");
            }
        }
    }

    private static void requirePositive(String field, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(field + ": " + DurationText.format(value) + " (expected: more than 0s)");
        }
    }
}
