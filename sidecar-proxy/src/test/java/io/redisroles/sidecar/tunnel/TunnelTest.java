package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.redisroles.sidecar.SocketClient;
import io.redisroles.sidecar.admission.MessageGate;
import io.redisroles.sidecar.socket.Attendance;
import io.redisroles.sidecar.socket.CloseReason;
import io.redisroles.sidecar.socket.OpenSocket;
import io.redisroles.sidecar.socket.Unwatched;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The tunnel between two channels that are only memory, so that bytes can be cut wherever it may hurt. */
class TunnelTest {
    private static final byte[] FROM_CLIENT = FrameScannerTest.concat(
            SocketClient.frame(SocketClient.TEXT, new byte[5]),
            SocketClient.frame(0x02, new byte[126]),
            SocketClient.frame(SocketClient.PING, new byte[3]),
            SocketClient.frame(0x80, new byte[300]),
            SocketClient.frame(SocketClient.TEXT));
    private static final byte[] FROM_APP = FrameScannerTest.concat(
            new byte[] {(byte) 0x82, 4, 1, 2, 3, 4},
            new byte[] {(byte) 0x82, 126, 0, (byte) 130},
            new byte[130],
            new byte[] {(byte) 0x81, 0});

    private final ProxyMetrics metrics = new ProxyMetrics();
    private final AtomicInteger closed = new AtomicInteger();
    private EmbeddedChannel client = new EmbeddedChannel();
    private EmbeddedChannel app = new EmbeddedChannel();
    private Tunnel tunnel = start(MessageGate.OPEN);

    @AfterEach
    void nothingIsLost() {
        client.finishAndReleaseAll();
        app.finishAndReleaseAll();
    }

    @Test
    void bytesPassUnmodifiedWhereverTheyAreCut() {
        for (int cut = 0; cut <= FROM_CLIENT.length; cut++) {
            // Given
            restart(MessageGate.OPEN);
            double before = messages();

            // When
            fromClient(Arrays.copyOf(FROM_CLIENT, cut));
            fromClient(Arrays.copyOfRange(FROM_CLIENT, cut, FROM_CLIENT.length));

            // Then
            assertThat(written(app)).as("cut at %d", cut).isEqualTo(FROM_CLIENT);
            assertThat(messages() - before).isEqualTo(3);
        }
    }

    @Test
    void bytesOneByOne() {
        for (byte octet : FROM_CLIENT) {
            fromClient(octet);
        }
        for (byte octet : FROM_APP) {
            fromApp(octet);
        }
        assertThat(written(app)).isEqualTo(FROM_CLIENT);
        assertThat(written(client)).isEqualTo(FROM_APP);
    }

    @Test
    void aCloseOfOursStandsBetweenFramesWhereverTheAppsBytesAreCut() {
        for (int cut = 0; cut <= FROM_APP.length; cut++) {
            // Given
            restart(MessageGate.OPEN);
            fromApp(Arrays.copyOf(FROM_APP, cut));

            // When
            tunnel.end(CloseReason.SESSION_ENDED);
            fromApp(Arrays.copyOfRange(FROM_APP, cut, FROM_APP.length));

            // Then
            byte[] seen = written(client);
            assertThat(Arrays.copyOfRange(seen, seen.length - 4, seen.length))
                    .as("cut at %d", cut)
                    .isEqualTo(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xF0});
            FrameScanner frames = FrameScanner.ofApp();
            assertThat(frames.scan(Unpooled.wrappedBuffer(seen), 0, 9)).isEqualTo(seen.length);
            assertThat(frames.isClosing()).isTrue();
            assertThat(frames.isAtBoundary()).isTrue();
            assertThat(Arrays.copyOf(seen, seen.length - 4)).isEqualTo(Arrays.copyOf(FROM_APP, seen.length - 4));
            assertThat(closeCode(written(app))).isEqualTo(1008);
        }
    }

    @Test
    void theClientsAnswerToOurCloseEndsItsConnectionAtOnce() {
        // When
        tunnel.end(CloseReason.GOING_AWAY);
        fromClient(SocketClient.frame(SocketClient.TEXT, new byte[3]));
        assertThat(client.isOpen()).isTrue();
        fromClient(SocketClient.close(1001));

        // Then
        assertThat(client.isOpen()).isFalse();
        assertThat(closeCode(written(app)))
                .as("and the app gets no message after it")
                .isEqualTo(1001);
        assertThat(closed).hasValue(1);
        assertThat(metrics.scrape()).contains("reason=\"going_away\"");
    }

    @Test
    void aFrameThatIsNotAllowedGoesNoFurther() {
        // When
        fromClient(FrameScannerTest.concat(
                SocketClient.frame(SocketClient.TEXT, (byte) 'a'), new byte[] {(byte) 0x81, 1, 'b'}));

        // Then
        byte[] seen = written(app);
        assertThat(Arrays.copyOf(seen, 7)).isEqualTo(SocketClient.frame(SocketClient.TEXT, (byte) 'a'));
        assertThat(closeCode(Arrays.copyOfRange(seen, 7, seen.length))).isEqualTo(1002);
        assertThat(written(client)).isEqualTo(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xEA});
    }

    @Test
    void nothingPassesWhileItsMessagesAreUndecidedAndOrderIsKept() {
        // Given
        HeldGate gate = new HeldGate();
        restart(gate);

        // When
        fromClient(FROM_CLIENT);
        fromClient(SocketClient.frame(SocketClient.PING));

        // Then
        assertThat(written(app)).isEmpty();
        assertThat(gate.asked).isEqualTo(2);

        // When
        gate.answer.complete(2);
        gate.answer = CompletableFuture.completedFuture(1);
        app.runPendingTasks();
        client.runPendingTasks();

        // Then
        assertThat(written(app)).isEqualTo(FrameScannerTest.concat(FROM_CLIENT, SocketClient.frame(SocketClient.PING)));
    }

    @Test
    void onlyAdmittedMessagesPassThenTheSocketIsClosed() {
        // Given
        HeldGate gate = new HeldGate();
        gate.answer = CompletableFuture.completedFuture(1);
        restart(gate);

        // When
        fromClient(FROM_CLIENT);

        // Then
        byte[] seen = written(app);
        assertThat(Arrays.copyOf(seen, 11)).isEqualTo(Arrays.copyOf(FROM_CLIENT, 11));
        assertThat(closeCode(Arrays.copyOfRange(seen, 11, seen.length))).isEqualTo(1008);
        assertThat(written(client)).isEqualTo(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xF0});
        assertThat(metrics.scrape()).contains("redisroles_socket_messages_total 1.0");
    }

    @Test
    void aThousandMessagesOfOneReadDoNotNest() {
        // Given
        HeldGate gate = new HeldGate();
        gate.most = 1;
        gate.answer = CompletableFuture.completedFuture(1);
        restart(gate);
        byte[] message = SocketClient.frame(SocketClient.TEXT);
        ByteBuf many = Unpooled.buffer();
        for (int i = 0; i < 20_000; i++) {
            many.writeBytes(message);
        }
        byte[] bytes = ByteBufUtil.getBytes(many);

        // When
        fromClient(bytes);

        // Then
        assertThat(written(app)).isEqualTo(bytes);
    }

    @Test
    void whatIsUndecidedWhenTheSocketEndsIsNotPassed() {
        // Given
        HeldGate gate = new HeldGate();
        restart(gate);
        fromClient(FROM_CLIENT);

        // When
        tunnel.end(CloseReason.SESSION_ENDED);
        gate.answer.complete(2);
        client.runPendingTasks();

        // Then
        assertThat(closeCode(written(app))).isEqualTo(1008);
    }

    @Test
    void messagesThatCannotBeCountedCloseTheSocket() {
        // Given
        HeldGate gate = new HeldGate();
        gate.answer = CompletableFuture.completedFuture(MessageGate.UNDECIDED);
        restart(gate);

        // When
        fromClient(FROM_CLIENT);

        // Then
        assertThat(closeCode(written(app))).isEqualTo(1013);
        assertThat(written(client)).isEqualTo(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xF5});
    }

    private Tunnel start(MessageGate gate) {
        Tunnel begun = new Tunnel(client, app, closed::incrementAndGet);
        metrics.sockets().opened();
        begun.begin(new OpenSocket(Unwatched.NOTHING, gate, Attendance.NONE, metrics.sockets()));
        client.pipeline().addLast(begun.clientEnd());
        app.pipeline().addLast(begun.appEnd());
        begun.flow();
        return begun;
    }

    private void restart(MessageGate gate) {
        nothingIsLost();
        client = new EmbeddedChannel();
        app = new EmbeddedChannel();
        tunnel = start(gate);
    }

    private double messages() {
        String line = metrics.scrape()
                .lines()
                .filter(found -> found.startsWith("redisroles_socket_messages_total"))
                .findFirst()
                .orElse("none 0");
        return Double.parseDouble(line.substring(line.indexOf(' ')));
    }

    private void fromClient(byte... bytes) {
        client.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    private void fromApp(byte... bytes) {
        app.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    private static byte[] written(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.writeBytes(part);
            part.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    /** The code of the one masked Close that this is. */
    private static int closeCode(byte[] frame) {
        assertThat(frame).hasSize(8).startsWith((byte) 0x88, (byte) 0x82);
        return (((frame[6] ^ frame[2]) & 0xFF) << 8) | ((frame[7] ^ frame[3]) & 0xFF);
    }

    /** Answers when the test does. */
    private static final class HeldGate implements MessageGate {
        private CompletableFuture<Integer> answer = new CompletableFuture<>();
        private int most = 2;
        private int asked;

        @Override
        public boolean isOpen() {
            return false;
        }

        @Override
        public int mostAtOnce() {
            return most;
        }

        @Override
        public CompletionStage<Integer> admit(int messages, ScheduledExecutorService timer) {
            asked = messages;
            return answer;
        }
    }
}
