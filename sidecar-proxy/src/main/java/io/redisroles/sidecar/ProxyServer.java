package io.redisroles.sidecar;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.redisroles.contract.ConfigException;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.PodSection;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.Listeners.Use;
import io.redisroles.sidecar.admin.AdminPages;
import io.redisroles.sidecar.admin.PagePipeline;
import io.redisroles.sidecar.admin.ProbePages;
import io.redisroles.sidecar.admin.Quitting;
import io.redisroles.sidecar.admission.Admission;
import io.redisroles.sidecar.admission.DecisionLog;
import io.redisroles.sidecar.config.ActiveKeys;
import io.redisroles.sidecar.config.ActivePolicy;
import io.redisroles.sidecar.config.ConfigWatcher;
import io.redisroles.sidecar.config.KeyWatcher;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.health.AppProbes;
import io.redisroles.sidecar.http.ProxyPipeline;
import io.redisroles.sidecar.http.ProxyServices;
import io.redisroles.sidecar.http.Timeouts;
import io.redisroles.sidecar.limit.CounterKeys;
import io.redisroles.sidecar.opaque.OpaquePipeline;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.socket.PresenceTerms;
import io.redisroles.sidecar.socket.RandomIds;
import io.redisroles.sidecar.socket.SocketRegistry;
import io.redisroles.sidecar.socket.Sockets;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.transport.Transport;
import io.redisroles.sidecar.upstream.AppProtocol;
import io.redisroles.sidecar.upstream.UpstreamPool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy: its listeners, the connections behind them, and the order in which they begin and end. */
public final class ProxyServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);
    /** For clients of WebSockets to answer our Close. */
    private static final Duration LAST_WORD = Duration.ofSeconds(2);

    /** Until endpoints of a pod that ends are known to be gone everywhere. */
    private static final Duration LEAVING = Duration.ofSeconds(60);

    private static final Duration FIRST_CONNECT = Duration.ofSeconds(2);
    /** Long enough for a Redis that starts beside the proxy, short enough for somebody who watches. */
    private static final Duration PRODUCTION_CONNECT = Duration.ofSeconds(10);

    /** A policy is in force within a second of its being in the volume. */
    /** Why counters are lost with a key of identifiers that was not exchanged but replaced. */
    private static final String RENAMED = "renamed";

    private static final Duration CONFIG_POLL = Duration.ofMillis(500);

    private final EventLoopGroup loops;
    private final EventExecutorGroup background;
    private final RedisRuntime redis;
    private final Stores stores;
    private final SessionParts sessions;
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup opaque = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Listeners listeners;
    private final CompletableFuture<Void> askedToQuit = new CompletableFuture<>();
    private Optional<Limits> limits = Optional.empty();
    private Optional<Sockets> sockets = Optional.empty();
    private volatile long leavingUntil = System.nanoTime();
    private volatile Lifecycle state = Lifecycle.STARTING;

    private ProxyServer(
            EventLoopGroup loops,
            EventExecutorGroup background,
            RedisRuntime redis,
            Stores stores,
            SessionParts sessions) {
        this.loops = loops;
        this.listeners = new Listeners(loops);
        this.background = background;
        this.redis = redis;
        this.stores = stores;
        this.sessions = sessions;
    }

    /**
     * Starts a proxy; it serves when this returns.
     *
     * @throws ConfigException in one line, if it cannot
     */
    public static ProxyServer start(LoadedConfig loaded, Settings settings) {
        return start(
                loaded,
                settings,
                Timeouts.standard(loaded.config().staticSection().upstreamTimeout()));
    }

    /** Starts a proxy that waits as {@code timeouts} say. */
    static ProxyServer start(LoadedConfig loaded, Settings settings, Timeouts timeouts) {
        ProxyMetrics metrics = new ProxyMetrics();
        EventLoopGroup loops = Transport.here()
                .loops(Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())));
        EventExecutorGroup background = new DefaultEventExecutorGroup(1, new DefaultThreadFactory("background", true));
        RedisRuntime redis = new RedisRuntime(loops, background);
        ProxyServer server;
        try {
            Stores stores = Stores.prepare(loaded, settings, redis, metrics);
            server = new ProxyServer(
                    loops,
                    background,
                    redis,
                    stores,
                    SessionParts.of(stores, redis, background, loaded.config().staticSection(), metrics));
        } catch (ConfigException e) {
            redis.close();
            end(loops, background);
            throw e;
        }
        try {
            server.serve(loaded, settings, timeouts, metrics);
            return server;
        } catch (ConfigException e) {
            server.close();
            throw e;
        }
    }

    /** Where clients connect to. */
    public InetSocketAddress inbound() {
        return inbound(0);
    }

    /** The port before the app's port at {@code index} of {@code REDISROLES_POD}. */
    public InetSocketAddress inbound(int index) {
        return listeners.address(Use.INBOUND, index);
    }

    public InetSocketAddress probes() {
        return listeners.address(Use.PROBES, 0);
    }

    public InetSocketAddress admin() {
        return listeners.address(Use.ADMIN, 0);
    }

    /** The port without policy at {@code index} of {@code static.opaque}. */
    public InetSocketAddress opaque(int index) {
        return listeners.address(Use.OPAQUE, index);
    }

    /** Completes when somebody who may has asked the process to end. */
    public CompletionStage<Void> askedToQuit() {
        return askedToQuit;
    }

    private void serve(LoadedConfig loaded, Settings settings, Timeouts timeouts, ProxyMetrics metrics) {
        StaticSection section = loaded.config().staticSection();
        Optional<PodSection> pod = settings.pod();
        ActivePolicy policy = new ActivePolicy(loaded.config(), loaded.snapshot());
        ActiveKeys keys = new ActiveKeys(loaded.keys());
        metrics.configValid(true);
        metrics.limitCountersLost(RENAMED, 0); // there from the start, for alarms
        metrics.limitsInForce(loaded.config().policy().limitNames());
        CompletableFuture<Void> tried = stores.start();
        CompletableFuture<Void> sessionsTried = sessions.start(loops, loaded.snapshot());
        Limits limits = stores.storage() == Settings.Storage.IN_MEMORY
                ? Limits.inMemory()
                : Limits.start(section, redis, stores.find(StoreName.LIMITS), policy, loops, metrics);
        this.limits = Optional.of(limits);
        Admission admission = new Admission(
                sessions.validator(),
                limits.limiter(),
                new CounterKeys(keys.hashes("rate")),
                limits::sidecars,
                new DecisionLog(metrics));
        Sockets opened = sockets(sessions, keys, metrics);
        sockets = Optional.of(opened);
        ProxyServices services = ProxyServices.of(
                policy,
                admission,
                opened,
                keys.hashes("session"),
                section.answerSource(),
                pools(Listeners.resolved(section.upstream())),
                timeouts,
                metrics);
        AppProbes appProbes = new AppProbes(loops, pod.map(PodSection::probes).orElse(Map.of()));
        listeners.listen(
                Use.PROBES,
                "static.probes",
                section.probes(),
                PagePipeline.of(new ProbePages(() -> state.isReady(), this::disperse, metrics, appProbes)));
        await(CompletableFuture.allOf(tried, sessionsTried));
        if (settings.stage() == Settings.Stage.PRODUCTION) {
            stores.require(loaded.snapshot().neededStores(), PRODUCTION_CONNECT);
        }
        listenForClients(section, pod, new ProxyPipeline(services, clients, this::isLeaving));
        Quitting quitting =
                Quitting.prepare(settings.quitTokenFile(), new SecureRandom(), () -> askedToQuit.complete(null));
        listeners.listen(
                Use.ADMIN, "static.admin", section.admin(), PagePipeline.of(adminPages(policy, metrics, quitting)));
        for (StaticSection.OpaquePort port : section.opaque()) {
            listeners.listen(
                    Use.OPAQUE,
                    "static.opaque",
                    port.inbound(),
                    new OpaquePipeline(Listeners.resolved(port.upstream()), opaque, metrics));
        }
        watch(new ConfigWatcher(settings.configFile(), loaded.text(), policy, stores.names(), metrics)::poll);
        KeyWatcher watcher = new KeyWatcher(Path.of(section.identifierKeyFile()), keys, () -> {
            if (policy.snapshot().section().identifiers() == Identifiers.HASHED) {
                metrics.limitCountersLost(RENAMED, 1);
            }
        });
        watch(watcher::poll);
        state = Lifecycle.SERVING;
        LOG.atInfo()
                .addKeyValue("inbound", inbound())
                .addKeyValue("upstream", pod.<Object>map(PodSection::inbound).orElse(section.upstream()))
                .addKeyValue("policy", loaded.config().policy().name())
                .log("Serving");
    }

    private void listenForClients(StaticSection section, Optional<PodSection> pod, ProxyPipeline pipeline) {
        if (pod.isEmpty()) {
            listeners.listen(Use.INBOUND, "static.inbound", section.inbound(), pipeline);
            return;
        }
        for (PodSection.Inbound port : pod.get().inbound()) {
            listeners.listenEverywhere(
                    Use.INBOUND,
                    PodSection.VARIABLE + ": inbound",
                    port.listen(),
                    pipeline.before(pools(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.app()))));
        }
    }

    /**
     * The pod is about to end: clients that are connected should connect elsewhere while all is still served. Forgotten after a
     * while, because anybody in the cluster can ask for it.
     */
    private void disperse() {
        leavingUntil = System.nanoTime() + LEAVING.toNanos();
        ProxyPipeline.disperse(clients);
    }

    private boolean isLeaving() {
        return leavingUntil - System.nanoTime() > 0;
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

    private Sockets sockets(SessionParts sessions, ActiveKeys keys, ProxyMetrics metrics) {
        Optional<SocketRegistry> registry = stores.find(StoreName.SOCKETS)
                .map(store -> new SocketRegistry(
                        store,
                        loops.next(),
                        System::nanoTime,
                        new RandomIds(new SecureRandom()),
                        keys.hashes("presence"),
                        PresenceTerms.STANDARD,
                        metrics.sockets()));
        registry.ifPresent(SocketRegistry::start);
        return new Sockets(sessions.watch(), registry, metrics.sockets());
    }

    private AdminPages adminPages(ActivePolicy policy, ProxyMetrics metrics, Quitting quitting) {
        Optional<RedisStore> store = stores.find(StoreName.SESSIONS).or(() -> stores.find(StoreName.LIMITS));
        return new AdminPages(
                policy,
                stores.storage(),
                store,
                sessions.seen(),
                metrics.sockets()::open,
                InstantSource.system(),
                quitting);
    }

    private static Function<EventLoop, UpstreamPool> pools(InetSocketAddress app) {
        AppProtocol protocol = new AppProtocol(System::nanoTime);
        Map<EventLoop, UpstreamPool> pools = new ConcurrentHashMap<>();
        return loop -> pools.computeIfAbsent(loop, own -> new UpstreamPool(own, app, protocol));
    }

    private void watch(Runnable poll) {
        var unused = background.scheduleWithFixedDelay(
                poll, CONFIG_POLL.toMillis(), CONFIG_POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Stops taking connections, finishes the requests that are under way within a bound, and ends. */
    @Override
    public void close() {
        close(DRAIN_LIMIT);
    }

    /** The same within another bound; then WebSockets are closed, and after them what is left. */
    void close(Duration drainLimit) {
        if (state == Lifecycle.STOPPED) {
            return;
        }
        state = Lifecycle.DRAINING;
        listeners.close(Use.INBOUND);
        ProxyPipeline.drain(clients);
        if (!clients.newCloseFuture().awaitUninterruptibly(drainLimit.toMillis())) {
            LOG.atWarn().addKeyValue("connections", clients.size()).log("Closed before they were done");
            ProxyPipeline.leave(clients);
            if (!clients.newCloseFuture().awaitUninterruptibly(LAST_WORD.toMillis())) {
                clients.close().awaitUninterruptibly();
            }
        }
        sockets.ifPresent(Sockets::close);
        listeners.close();
        opaque.close().awaitUninterruptibly();
        limits.ifPresent(Limits::close);
        sessions.close();
        stores.close();
        redis.close();
        end(loops, background);
        state = Lifecycle.STOPPED;
    }

    /** The loops first: what they put off to the background must find it. */
    private static void end(EventLoopGroup loops, EventExecutorGroup background) {
        // A short quiet time, in which connections end.
        loops.shutdownGracefully(100, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        background.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
