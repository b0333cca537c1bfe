package io.redisroles.sidecar.socket;

import io.redisroles.sidecar.admission.MessageGate;
import io.redisroles.sidecar.session.SessionWatch;
import io.redisroles.sidecar.telemetry.SocketMetrics;

/** What one open WebSocket is held to while its bytes pass. Used on one event loop. */
public final class OpenSocket {
    private final SessionWatch.Watch watch;
    private final MessageGate gate;
    private final Attendance attendance;
    private final SocketMetrics metrics;

    public OpenSocket(SessionWatch.Watch watch, MessageGate gate, Attendance attendance, SocketMetrics metrics) {
        this.watch = watch;
        this.gate = gate;
        this.attendance = attendance;
        this.metrics = metrics;
    }

    /** What its messages must pass. */
    public MessageGate gate() {
        return gate;
    }

    /** Messages of the client have passed. */
    public void passed(int messages) {
        metrics.messages(messages);
    }

    /** The client has sent a message or a part of one; pings are none. */
    public void active() {
        watch.active();
        attendance.active();
    }

    /** The client's connection is closed. Called once. */
    public void closed(CloseReason reason) {
        watch.close();
        attendance.close();
        metrics.closed(reason.label());
    }
}
