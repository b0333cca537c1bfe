package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The pages of one port. */
interface Pages {
    /** Answers a GET; never blocks. */
    CompletionStage<Page> get(String path, HttpHeaders headers);

    /** Answers a POST, whose body does not matter; never blocks. */
    default CompletionStage<Page> post(String path, HttpHeaders headers) {
        return CompletableFuture.completedStage(Page.refusal(HttpResponseStatus.METHOD_NOT_ALLOWED));
    }
}
