package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.sidecar.config.ActivePolicy;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.session.SeenSessions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;

/** The configuration in force and the state of its storage; for programs on this host, not for pages in a browser on it. */
public final class AdminPages implements Pages {
    private static final List<String> SHOWN = List.of("used_memory_human", "connected_clients", "uptime_in_days");

    private final ActivePolicy policy;
    private final Settings.Storage storage;
    private final Optional<RedisStore> store;
    private final SeenSessions seen;
    private final IntSupplier openSockets;
    private final InstantSource clock;
    private final Quitting quitting;
    private final SidecarConfigCodec codec = new SidecarConfigCodec();
    private final JsonText json = new JsonText();

    /**
     * The pages.
     *
     * @param storage where sessions and counters are
     * @param store where sessions are, or else limits
     * @param openSockets WebSockets of this sidecar
     * @param quitting who may end it
     */
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // There may be none, and only /stats cares.
    public AdminPages(
            ActivePolicy policy,
            Settings.Storage storage,
            Optional<RedisStore> store,
            SeenSessions seen,
            IntSupplier openSockets,
            InstantSource clock,
            Quitting quitting) {
        this.policy = policy;
        this.storage = storage;
        this.store = store;
        this.seen = seen;
        this.openSockets = openSockets;
        this.clock = clock;
        this.quitting = quitting;
    }

    @Override
    public CompletionStage<Page> get(String path, HttpHeaders headers) {
        if (isForeign(headers)) {
            return CompletableFuture.completedStage(Page.refusal(HttpResponseStatus.FORBIDDEN));
        }
        return switch (path) {
            case "/config" -> CompletableFuture.completedStage(Page.yaml(codec.write(policy.config())));
            case "/stats" -> stats();
            default -> CompletableFuture.completedStage(Page.refusal(HttpResponseStatus.NOT_FOUND));
        };
    }

    @Override
    public CompletionStage<Page> post(String path, HttpHeaders headers) {
        if (isForeign(headers)) {
            return CompletableFuture.completedStage(Page.refusal(HttpResponseStatus.FORBIDDEN));
        }
        return switch (path) {
            case "/quit" -> CompletableFuture.completedStage(quitting.answer(headers));
            case "/config", "/stats" -> Pages.super.post(path, headers);
            default -> CompletableFuture.completedStage(Page.refusal(HttpResponseStatus.NOT_FOUND));
        };
    }

    /** A page elsewhere can make a browser send requests here (DNS rebinding): they name its host, or its origin. */
    private static boolean isForeign(HttpHeaders headers) {
        return !isLoopback(headers.get(HttpHeaderNames.HOST, "")) || headers.contains(HttpHeaderNames.ORIGIN);
    }

    private CompletionStage<Page> stats() {
        return store.map(found -> found.info()
                        .thenApply(info -> stats(true, info))
                        .exceptionally(failure -> stats(found.isUp(), "")))
                .orElseGet(() -> CompletableFuture.completedStage(stats(storage == Settings.Storage.IN_MEMORY, "")));
    }

    private Page stats(boolean connected, String info) {
        Duration idle = policy.config().policy().session().idleTimeout();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("storage_type", storage.label());
        shown.put("connected", connected);
        shown.put("ttl_seconds", idle.toSeconds());
        shown.put("active_sessions", seen.active(idle, clock.millis()));
        shown.put("redis_info", shown(info));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("storage", shown);
        page.put("sockets", Map.of("open", openSockets.getAsInt()));
        return Page.json(json.of(page));
    }

    private static Map<String, Object> shown(String info) {
        Map<String, Object> shown = new LinkedHashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && SHOWN.contains(line.substring(0, colon))) {
                String value = line.substring(colon + 1);
                shown.put(line.substring(0, colon), value.matches("[0-9]{1,18}") ? Long.valueOf(value) : value);
            }
        });
        return shown;
    }

    private static boolean isLoopback(String host) {
        String name = host.replaceFirst(":[0-9]+$", "");
        return name.equals("127.0.0.1") || name.equals("localhost") || name.equals("[::1]");
    }
}
