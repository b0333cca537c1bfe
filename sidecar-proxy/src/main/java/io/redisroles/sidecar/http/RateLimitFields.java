package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.limit.Quota;
import io.redisroles.sidecar.limit.Terms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields about limits and decisions in answers (IETF draft-ietf-httpapi-ratelimit-headers). Limits that only watch are
 * not shown: they bind nobody.
 */
public final class RateLimitFields {
    static final AsciiString SOURCE = AsciiString.cached("x-redisroles-source");
    private static final AsciiString POLICY = AsciiString.cached("ratelimit-policy");
    private static final AsciiString STATE = AsciiString.cached("ratelimit");
    /** Limits, each under one tier, whose text is kept; a power of two. */
    private static final int REMEMBERED = 64;

    private final boolean showSource;
    /** By identity of the terms: an entry is immutable, so threads may overwrite each other's. */
    private final @Nullable Described[] described = new Described[REMEMBERED];

    RateLimitFields(boolean showSource) {
        this.showSource = showSource;
    }

    void write(HttpHeaders headers, Verdict verdict) {
        headers.remove(SOURCE);
        List<Quota> quotas = verdict.quotas();
        if (!quotas.isEmpty()) {
            writeQuotas(headers, quotas);
        }
        if (showSource) {
            switch (verdict.source()) {
                case REDIS, CACHE, LEASE, LOCAL ->
                    headers.set(SOURCE, verdict.source().label());
                case NONE -> {}
            }
        }
    }

    private void writeQuotas(HttpHeaders headers, List<Quota> quotas) {
        String policy = "";
        StringBuilder state = new StringBuilder(48);
        long retryAfter = 0;
        for (int i = 0; i < quotas.size(); i++) {
            Quota quota = quotas.get(i);
            if (quota.limit().mode() == LimitMode.ENFORCE) {
                policy = policy.isEmpty() ? policy(quota.terms()) : policy + ", " + policy(quota.terms());
                state.append(state.isEmpty() ? "" : ", ");
                appendState(state, quota);
                retryAfter = quota.refused() ? Math.max(Math.max(retryAfter, quota.waitSeconds()), 1) : retryAfter;
            }
        }
        if (!policy.isEmpty()) {
            headers.add(POLICY, policy);
            headers.add(STATE, state.toString());
        }
        if (retryAfter > 0) {
            headers.set(HttpHeaderNames.RETRY_AFTER, retryAfter);
        }
    }

    /** A limit as the policy field has it: the same for every answer. */
    @SuppressWarnings("ReferenceEquality") // others with the same content are described anew, which is right and rare
    private String policy(Terms terms) {
        int place = System.identityHashCode(terms) & (REMEMBERED - 1);
        Described known = described[place];
        if (known == null || known.terms != terms) {
            known = new Described(terms, describe(terms));
            described[place] = known;
        }
        return known.text;
    }

    private static String describe(Terms terms) {
        StringBuilder out = new StringBuilder();
        Algorithm algorithm = terms.limit().algorithm();
        Amount amount = terms.amount();
        appendName(out, terms.limit());
        if (algorithm instanceof Algorithm.TokenBucket) {
            out.append(";q=").append(amount.burst());
        } else if (algorithm instanceof Algorithm.Concurrency) {
            out.append(";q=").append(amount.requests()).append(";qu=\"concurrent-requests\"");
        } else {
            long seconds = (algorithm.horizon().toMillis() + 999) / 1000;
            out.append(";q=").append(amount.requests()).append(";w=").append(seconds);
        }
        return out.toString();
    }

    private static void appendState(StringBuilder out, Quota quota) {
        appendName(out, quota.limit());
        out.append(";r=").append(quota.remaining());
        // Nobody knows when a request that is under way will end.
        if (!(quota.limit().algorithm() instanceof Algorithm.Concurrency)) {
            out.append(";t=").append(quota.waitSeconds());
        }
    }

    /** A String of RFC 8941 §3.3.3. */
    private static void appendName(StringBuilder out, Limit limit) {
        String name = limit.name();
        out.append('"');
        for (int i = 0; i < name.length(); i++) {
            char character = name.charAt(i);
            if (character == '"' || character == '\\') {
                out.append('\\');
            }
            out.append(character);
        }
        out.append('"');
    }

    private record Described(Terms terms, String text) {}
}
