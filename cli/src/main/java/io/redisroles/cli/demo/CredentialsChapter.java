package io.redisroles.cli.demo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Tokens and keys that Redis knows by their hash only, and requests that another site forged. */
final class CredentialsChapter implements Chapter {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String API_KEY = "a-key-that-only-its-owner-knows";

    @Override
    public String title() {
        return "Tokens, keys, and what other sites may not do";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        try (RedisLink link = scene.asOperator("gateway")) {
            tokens(scene, link, checks);
            apiKeys(scene, link, checks);
        }
        forgeries(scene, checks);
        return checks;
    }

    private static void tokens(Scene scene, RedisLink link, List<Check> checks) {
        AppClient.Login alan = scene.app().login("alan", "free");
        for (int i = 0; i < 3; i++) {
            scene.app().helloWithToken(alan.token());
        }
        String key = "auth:token:" + sha256(alan.token());
        String id = link.redis().hget(key, "token_id");
        checks.add(new Check("Redis knows a token by its SHA-256 only", id != null, "auth:token:<sha256> is there"));
        String meta = "auth:token_meta:" + id;
        boolean counted = scene.await(LIMIT, () -> "3".equals(link.redis().hget(meta, "usage_count")));
        checks.add(new Check(
                "and how often it was used, and when",
                counted,
                String.valueOf(link.redis().hgetall(meta))));
        long metaLeft = link.redis().pttl(meta);
        checks.add(new Check(
                "no longer than the token lives",
                metaLeft > 0 && metaLeft <= link.redis().pttl(key) + 1000,
                metaLeft / 1000 + " s left"));
    }

    private static void apiKeys(Scene scene, RedisLink link, List<Check> checks) {
        String key = "apikey:" + sha256(API_KEY);
        link.redis().hset(key, Map.of("owner", "monitoring", "tier", "pro"));
        link.redis().expire(key, 600);
        AppClient.Answer hello = scene.app().ask("GET", "/api/hello", "X-API-Key", API_KEY);
        checks.add(new Check(
                "an API key is its owner, with its tier",
                hello.status() == 200
                        && hello.body().contains("monitoring")
                        && hello.rateLimitPolicy().contains("q=1000"),
                hello.status() + " " + hello.body() + " " + hello.rateLimitPolicy()));
        link.redis().del(key);
        AppClient.Answer after = scene.await(
                SessionChapter.OUT_WITHIN,
                () -> scene.app().ask("GET", "/api/hello", "X-API-Key", API_KEY),
                answer -> answer.status() != 200);
        checks.add(Check.equal("deleted in Redis, it is out", 401, after.status()));
    }

    private static void forgeries(Scene scene, List<Check> checks) {
        String cookie = AppClient.cookie(scene.app().login("joan", "free"));
        AppClient.Answer forged =
                scene.app().ask("POST", "/api/hello", "Cookie", cookie, "Origin", "https://evil.example");
        checks.add(new Check(
                "a page of another site cannot use a visitor's cookie: 403 csrf",
                forged.status() == 403 && forged.body().contains("\"csrf\""),
                forged.status() + " " + forged.body()));
        checks.add(Check.equal(
                "nor can one that the browser calls cross-site",
                403,
                scene.app()
                        .ask("POST", "/api/hello", "Cookie", cookie, "Sec-Fetch-Site", "cross-site")
                        .status()));
        checks.add(Check.equal(
                "the site's own pages can: the app answers, 405 because it takes no POST there",
                405,
                scene.app()
                        .ask("POST", "/api/hello", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
                        .status()));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
