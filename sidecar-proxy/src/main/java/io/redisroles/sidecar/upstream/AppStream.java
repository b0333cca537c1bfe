package io.redisroles.sidecar.upstream;

import io.netty.handler.codec.http.HttpObject;

/** One request's way to the app, over either version of HTTP. Everything happens on its event loop. */
public interface AppStream {
    /** Whether its connection has served another request before: the app may be about to close it. */
    boolean isReused();

    /** Whether the app is spoken to in HTTP/2. */
    boolean isHttp2();

    boolean isWritable();

    /** Takes the message over, on every path. */
    void write(HttpObject message);

    void flush();

    /** The same at the end of this tick of the event loop, if that is cheaper. */
    default void flushSoon() {
        flush();
    }

    /** Asks for more of the answer. */
    void read();

    /** Ends the request's use of it, both ways complete; the connection may serve another. */
    void release();

    /** Ends the request before it is complete; the app is told as soon as its protocol can. */
    void close();
}
