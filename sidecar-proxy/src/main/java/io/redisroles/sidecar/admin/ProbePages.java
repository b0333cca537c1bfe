package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Live, ready, metrics. */
public final class ProbePages implements Pages {
    private final BooleanSupplier ready;
    private final ProxyMetrics metrics;

    public ProbePages(BooleanSupplier ready, ProxyMetrics metrics) {
        this.ready = ready;
        this.metrics = metrics;
    }

    @Override
    public CompletionStage<Page> get(String path, HttpHeaders headers) {
        return CompletableFuture.completedStage(page(path));
    }

    private Page page(String path) {
        return switch (path) {
            case "/healthz/live" -> Page.text("live\n");
            case "/healthz/ready" ->
                ready.getAsBoolean()
                        ? Page.text("ready\n")
                        : new Page(HttpResponseStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", "not ready\n");
            case "/metrics" ->
                new Page(HttpResponseStatus.OK, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
            default -> Page.refusal(HttpResponseStatus.NOT_FOUND);
        };
    }
}
