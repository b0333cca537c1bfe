package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.redisroles.contract.ContractPaths;
import io.redisroles.sidecar.health.AppProbes;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Live, ready, metrics, what the kubelet calls before it ends a pod, and the app's own probes below {@code /app/}. */
public final class ProbePages implements Pages {
    private static final String APP = ContractPaths.appProbePath("");

    private final BooleanSupplier ready;
    private final Runnable drain;
    private final ProxyMetrics metrics;
    private final AppProbes app;

    public ProbePages(BooleanSupplier ready, Runnable drain, ProxyMetrics metrics, AppProbes app) {
        this.ready = ready;
        this.drain = drain;
        this.metrics = metrics;
        this.app = app;
    }

    @Override
    public CompletionStage<Page> get(String path, HttpHeaders headers) {
        return path.startsWith(APP)
                ? app(path.substring(APP.length()), headers)
                : CompletableFuture.completedStage(page(path));
    }

    private CompletionStage<Page> app(String key, HttpHeaders headers) {
        return app.ask(key, headers)
                .map(asked -> asked.thenApply(outcome -> new Page(
                        HttpResponseStatus.valueOf(outcome.status()),
                        "text/plain; charset=utf-8",
                        outcome.text() + "\n")))
                .orElseGet(() -> CompletableFuture.completedStage(Page.refusal(HttpResponseStatus.NOT_FOUND)));
    }

    private Page drained() {
        drain.run();
        return Page.text("draining\n");
    }

    private Page page(String path) {
        return switch (path) {
            case "/healthz/live" -> Page.text("live\n");
            case "/healthz/ready" ->
                ready.getAsBoolean()
                        ? Page.text("ready\n")
                        : new Page(HttpResponseStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", "not ready\n");
            case ContractPaths.DRAIN_PATH -> drained();
            case "/metrics" ->
                new Page(HttpResponseStatus.OK, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
            default -> Page.refusal(HttpResponseStatus.NOT_FOUND);
        };
    }
}
