package io.redisroles.sidecar.admin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;

/** What a connection to the probe or admin port consists of. */
public final class PagePipeline extends ChannelInitializer<Channel> {
    private static final int MAX_BODY = 4096;
    private static final int SECONDS_TO_ASK = 10;

    private final Pages pages;

    private PagePipeline(Pages pages) {
        this.pages = pages;
    }

    /** For the kubelet and Prometheus. */
    public static PagePipeline of(ProbePages pages) {
        return new PagePipeline(pages);
    }

    /** For people on the same host. */
    public static PagePipeline of(AdminPages pages) {
        return new PagePipeline(pages);
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline()
                .addLast(new ReadTimeoutHandler(SECONDS_TO_ASK))
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(MAX_BODY))
                .addLast(new PageHandler(pages));
    }
}
