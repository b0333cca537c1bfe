package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.CompletionStage;

/** The pages of one port. */
interface Pages {
    /** Answers a GET; never blocks. */
    CompletionStage<Page> get(String path, HttpHeaders headers);
}
