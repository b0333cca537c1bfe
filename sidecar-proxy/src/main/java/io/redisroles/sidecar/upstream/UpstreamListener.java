package io.redisroles.sidecar.upstream;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** Who asked the app something. Called on the connection's event loop, in order; after {@link #onFailure} or
 * {@link #onReset} no more. */
public interface UpstreamListener {
    /** A connection is there, for this listener alone until it releases or closes it. */
    void onConnected(AppStream connection);

    /** The head of an answer, interim (1xx) or final. */
    void onResponse(HttpResponse response);

    /** A part of the body; the listener releases it. */
    void onContent(HttpContent content);

    /** What was readable has been handed over. */
    void onReadComplete();

    /** More of the request can be written. */
    void onWritable();

    /** The connection has failed before the answer was complete. */
    void onFailure(UpstreamFailure failure);

    /**
     * The app has reset the request's stream (HTTP/2); like {@link #onFailure}.
     *
     * @param code RFC 9113 §7
     */
    void onReset(long code);
}
