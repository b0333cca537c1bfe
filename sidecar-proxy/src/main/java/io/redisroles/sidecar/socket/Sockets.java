package io.redisroles.sidecar.socket;

import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.admission.MessageGate;
import io.redisroles.sidecar.session.Session;
import io.redisroles.sidecar.session.SessionWatch;
import io.redisroles.sidecar.telemetry.SocketMetrics;
import java.util.Optional;
import java.util.function.Consumer;

/** Opens WebSockets: binds each to its session, its limits and its user's presence. Safe for all threads. */
@SuppressWarnings(
        "OptionalUsedAsFieldOrParameterType") // Sessions come as verdicts name them; a registry may be missing.
public final class Sockets {
    private final SessionWatch sessions;
    private final Optional<SocketRegistry> registry;
    private final SocketMetrics metrics;

    /**
     * What opens them.
     *
     * @param sessions tells when a session ends
     * @param registry tells others who is present; WebSockets work without
     */
    public Sockets(SessionWatch sessions, Optional<SocketRegistry> registry, SocketMetrics metrics) {
        this.sessions = sessions;
        this.registry = registry;
        this.metrics = metrics;
    }

    /**
     * A WebSocket that the app has agreed to.
     *
     * @param session behind it, if any
     * @param policy that its upgrade was admitted by; the socket keeps it
     * @param gate for its messages
     * @param end ends it; called at most once, on any thread, perhaps before this returns
     */
    public OpenSocket open(
            Optional<Session> session, PolicySection policy, MessageGate gate, Consumer<CloseReason> end) {
        metrics.opened();
        Attendance attendance = session.isPresent() && registry.isPresent()
                ? registry.get()
                        .open(session.get().user(), policy.identifiers(), policy.namespace() + "/" + policy.name())
                : Attendance.NONE;
        SessionWatch.Watch watch = watch(session, policy, () -> end.accept(CloseReason.SESSION_ENDED));
        return new OpenSocket(watch, gate, attendance, metrics);
    }

    /**
     * Watches the session behind something that stays open.
     *
     * @param onEnded run at most once, on any thread, perhaps before this returns
     */
    public SessionWatch.Watch watch(Optional<Session> session, PolicySection policy, Runnable onEnded) {
        return session.isPresent() ? sessions.watch(session.get(), policy, onEnded) : Unwatched.NOTHING;
    }

    /** Lets Redis hear of the last changes, for a short time. */
    public void close() {
        registry.ifPresent(SocketRegistry::close);
    }
}
