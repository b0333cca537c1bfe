package io.redisroles.sample;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one request after the other and passes WebSocket upgrades on. */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final Routes routes;

    RequestHandler(Routes routes) {
        this.routes = routes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (isUpgrade(request)) {
            context.fireChannelRead(request.retain());
            return;
        }
        // Until the answer is there the flow control before this handler keeps what follows: answers stay in order.
        context.channel().config().setAutoRead(false);
        boolean broken = request.decoderResult().isFailure();
        var unused = routes.answer(request)
                .whenComplete((answer, failure) ->
                        context.executor().execute(() -> write(context, response(answer, failure), broken)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.atWarn().addKeyValue("reason", cause).log("closed a connection");
        }
        var unused = context.close();
    }

    private static boolean isUpgrade(FullHttpRequest request) {
        return request.decoderResult().isSuccess()
                && request.method().equals(HttpMethod.GET)
                && new QueryStringDecoder(request.uri()).rawPath().equals(Route.ECHO.path())
                && request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    private static FullHttpResponse response(@Nullable Answer answer, @Nullable Throwable failure) {
        if (answer != null) {
            return answer.toResponse();
        }
        LOG.atError().addKeyValue("reason", failure).log("a request failed");
        return Answer.refusal(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal", "the app failed")
                .toResponse();
    }

    private static void write(ChannelHandlerContext context, FullHttpResponse response, boolean last) {
        if (last) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        context.channel().config().setAutoRead(!last);
    }
}
