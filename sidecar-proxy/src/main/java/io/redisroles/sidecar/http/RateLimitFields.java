package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.limit.Quota;
import java.util.List;
import java.util.stream.Collectors;

/** The fields about limits and decisions in answers (IETF draft-ietf-httpapi-ratelimit-headers). */
public final class RateLimitFields {
    static final String SOURCE = "x-redisroles-source";
    private static final String POLICY = "ratelimit-policy";
    private static final String STATE = "ratelimit";

    private final boolean showSource;

    RateLimitFields(boolean showSource) {
        this.showSource = showSource;
    }

    void write(HttpHeaders headers, Verdict verdict) {
        headers.remove(SOURCE);
        List<Quota> quotas = verdict.quotas();
        if (!quotas.isEmpty()) {
            headers.add(POLICY, quotas.stream().map(RateLimitFields::policy).collect(Collectors.joining(", ")));
            headers.add(STATE, quotas.stream().map(RateLimitFields::state).collect(Collectors.joining(", ")));
        }
        quotas.stream()
                .filter(Quota::exceeded)
                .mapToLong(Quota::waitSeconds)
                .max()
                .ifPresent(wait -> headers.set(HttpHeaderNames.RETRY_AFTER, Math.max(wait, 1)));
        if (showSource) {
            switch (verdict.source()) {
                case REDIS, LOCAL -> headers.set(SOURCE, verdict.source().label());
                case NONE -> {}
            }
        }
    }

    private static String policy(Quota quota) {
        long seconds = (quota.limit().per().toMillis() + 999) / 1000;
        return name(quota) + ";q=" + quota.requests() + ";w=" + seconds;
    }

    private static String state(Quota quota) {
        return name(quota) + ";r=" + quota.remaining() + ";t=" + quota.waitSeconds();
    }

    /** A String of RFC 8941 §3.3.3. */
    private static String name(Quota quota) {
        return '"' + quota.limit().name().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
