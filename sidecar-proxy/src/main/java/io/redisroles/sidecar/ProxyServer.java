package io.redisroles.sidecar;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.redisroles.contract.ConfigException;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.admin.AdminPages;
import io.redisroles.sidecar.admin.PagePipeline;
import io.redisroles.sidecar.admin.ProbePages;
import io.redisroles.sidecar.admission.Admission;
import io.redisroles.sidecar.admission.DecisionLog;
import io.redisroles.sidecar.config.ActivePolicy;
import io.redisroles.sidecar.config.ConfigWatcher;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.http.ProxyPipeline;
import io.redisroles.sidecar.http.ProxyServices;
import io.redisroles.sidecar.limit.CounterKeys;
import io.redisroles.sidecar.limit.FallbackRateLimiter;
import io.redisroles.sidecar.limit.LocalRateLimiter;
import io.redisroles.sidecar.limit.RateLimiter;
import io.redisroles.sidecar.limit.RedisRateLimiter;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import io.redisroles.sidecar.session.RedisSessionValidator;
import io.redisroles.sidecar.session.SeenSessions;
import io.redisroles.sidecar.session.SessionValidator;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.upstream.UpstreamPool;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy: three listeners, the connections behind them, and the order in which they begin and end. */
public final class ProxyServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);
    private static final Duration FIRST_CONNECT = Duration.ofSeconds(2);
    private static final Duration CONFIG_POLL = Duration.ofSeconds(1);
    private static final int SEEN_SESSIONS = 16_384;
    private static final int LOCAL_SUBJECTS = 8_192;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final EventLoopGroup loops;
    private final EventExecutorGroup background;
    private final RedisRuntime redis;
    private final Stores stores;
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listeners = new ArrayList<>();
    private volatile Lifecycle state = Lifecycle.STARTING;

    private ProxyServer(EventLoopGroup loops, EventExecutorGroup background, RedisRuntime redis, Stores stores) {
        this.loops = loops;
        this.background = background;
        this.redis = redis;
        this.stores = stores;
    }

    /**
     * Starts a proxy; it serves when this returns.
     *
     * @throws ConfigException in one line, if it cannot
     */
    public static ProxyServer start(LoadedConfig loaded, Settings settings) {
        ProxyMetrics metrics = new ProxyMetrics();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())),
                new DefaultThreadFactory("loop"),
                NioIoHandler.newFactory());
        EventExecutorGroup background = new DefaultEventExecutorGroup(1, new DefaultThreadFactory("background", true));
        RedisRuntime redis = new RedisRuntime(loops, background);
        try {
            Stores stores = Stores.prepare(loaded, settings, redis, metrics);
            ProxyServer server = new ProxyServer(loops, background, redis, stores);
            server.serve(loaded, settings, metrics);
            return server;
        } catch (ConfigException e) {
            redis.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            background.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            throw e;
        }
    }

    /** Where clients connect to. */
    public InetSocketAddress inbound() {
        return (InetSocketAddress) listeners.get(0).localAddress();
    }

    public InetSocketAddress probes() {
        return (InetSocketAddress) listeners.get(1).localAddress();
    }

    public InetSocketAddress admin() {
        return (InetSocketAddress) listeners.get(2).localAddress();
    }

    private void serve(LoadedConfig loaded, Settings settings, ProxyMetrics metrics) {
        StaticSection section = loaded.config().staticSection();
        ActivePolicy policy = new ActivePolicy(loaded.config(), loaded.snapshot());
        metrics.configValid(true);
        CompletableFuture<Void> tried = stores.start();
        SeenSessions seen = new SeenSessions(SEEN_SESSIONS);
        Admission admission = new Admission(
                sessions(seen),
                limiter(),
                new CounterKeys(loaded.identifierKey().hash("rate")),
                new DecisionLog(metrics));
        ProxyServices services = ProxyServices.of(
                policy,
                admission,
                loaded.identifierKey().hash("session"),
                section.answerSource(),
                pools(resolved(section.upstream())),
                section.upstreamTimeout(),
                metrics);
        await(tried);
        listen("inbound", section.inbound(), new ProxyPipeline(services, clients), true);
        listen("probes", section.probes(), PagePipeline.of(new ProbePages(() -> state.isReady(), metrics)), false);
        listen("admin", section.admin(), PagePipeline.of(adminPages(policy, seen)), false);
        watch(new ConfigWatcher(settings.configFile(), loaded.text(), policy, stores.names(), metrics));
        state = Lifecycle.SERVING;
        LOG.atInfo()
                .addKeyValue("inbound", inbound())
                .addKeyValue("upstream", section.upstream())
                .addKeyValue("policy", loaded.config().policy().name())
                .log("Serving");
    }

    /** A Redis that is there is used from the first request on; one that is not holds nothing up for long. */
    private static void await(CompletableFuture<Void> tried) {
        try {
            tried.get(FIRST_CONNECT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.atWarn().log("Serving begins before Redis was reached");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SessionValidator sessions(SeenSessions seen) {
        return stores.find(StoreName.SESSIONS)
                .<SessionValidator>map(store -> new RedisSessionValidator(store, seen))
                .orElse((request, policy) -> noStore());
    }

    private RateLimiter limiter() {
        LocalRateLimiter local = new LocalRateLimiter(System::nanoTime, LOCAL_SUBJECTS);
        RateLimiter shared = stores.find(StoreName.LIMITS)
                .<RateLimiter>map(RedisRateLimiter::new)
                .orElse(charges -> noStore());
        return new FallbackRateLimiter(shared, local);
    }

    /** Not reached: a policy that needs a store is refused where there is none. */
    private static <T> CompletableFuture<T> noStore() {
        return CompletableFuture.failedFuture(new StoreUnavailableException("no such store"));
    }

    private AdminPages adminPages(ActivePolicy policy, SeenSessions seen) {
        Optional<RedisStore> store = stores.find(StoreName.SESSIONS).or(() -> stores.find(StoreName.LIMITS));
        return new AdminPages(policy, store, seen, InstantSource.system());
    }

    private static Function<EventLoop, UpstreamPool> pools(InetSocketAddress app) {
        Map<EventLoop, UpstreamPool> pools = new ConcurrentHashMap<>();
        return loop -> pools.computeIfAbsent(loop, own -> new UpstreamPool(own, app));
    }

    private void watch(ConfigWatcher watcher) {
        var unused = background.scheduleWithFixedDelay(
                watcher::poll, CONFIG_POLL.toMillis(), CONFIG_POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void listen(String what, Endpoint endpoint, ChannelHandler pipeline, boolean proxied) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, !proxied)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, proxied)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(pipeline);
        ChannelFuture bound = bootstrap.bind(resolved(endpoint)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new ConfigException(
                    "static." + what + ": cannot listen on " + endpoint + " ("
                            + bound.cause().getMessage() + ")",
                    bound.cause());
        }
        listeners.add(bound.channel());
    }

    private static InetSocketAddress resolved(Endpoint endpoint) {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new ConfigException("no address is known for " + endpoint);
        }
        return address;
    }

    /** Stops taking connections, finishes the requests that are under way within a bound, and ends. */
    @Override
    public void close() {
        state = Lifecycle.DRAINING;
        if (!listeners.isEmpty()) {
            listeners.get(0).close().awaitUninterruptibly();
        }
        ProxyPipeline.drain(clients);
        if (!clients.newCloseFuture().awaitUninterruptibly(DRAIN_LIMIT.toMillis())) {
            LOG.atWarn().addKeyValue("connections", clients.size()).log("Closed before their requests were done");
            clients.close().awaitUninterruptibly();
        }
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        stores.close();
        redis.close();
        // A short quiet time, in which Lettuce's connections end.
        loops.shutdownGracefully(100, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        background.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        state = Lifecycle.STOPPED;
    }
}
