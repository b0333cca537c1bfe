package io.redisroles.sidecar;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The process, with the heap that it has in a pod, before an app that takes nothing, against those who try to fill it. */
@Timeout(120)
class MemoryFloodTest {
    private static final String RULES = """
            - name: open
              paths: ["/**"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: []
            """;
    private static final Path OPTIONS = Path.of("src/main/jvm/sidecar.options");
    /** What a pod's limit leaves to it; older JVMs have larger objects and a larger self. */
    private static final int MOST_MIB = Runtime.version().feature() >= 25 ? 160 : 224;

    private final StubbornApp app = new StubbornApp();
    private final RunningProxy beside = RunningProxy.start(RULES);
    private final List<AutoCloseable> clients = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();

    private record Sidecar(Process process, InetSocketAddress address) {}

    @AfterEach
    void stop() throws Exception {
        leave();
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        app.close();
        beside.close();
    }

    @FunctionalInterface
    private interface Flood {
        void by(MemoryFloodTest test, InetSocketAddress proxy) throws IOException;
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of("a thousand long heads that never end", (Flood) MemoryFloodTest::endlessHeads),
                Arguments.of(
                        "HTTP/2: four thousand streams with long heads", (Flood) MemoryFloodTest::streamsWithLongHeads),
                Arguments.of(
                        "HTTP/2: four thousand small heads that unpack to long ones", (Flood) MemoryFloodTest::heads),
                Arguments.of("HTTP/2: as much of bodies that nobody takes as two hundred connections may send", (Flood)
                        MemoryFloodTest::streamsWithBodies),
                Arguments.of("HTTP/2: four thousand streams with long trailers", (Flood)
                        MemoryFloodTest::streamsWithTrailers),
                Arguments.of("a thousand bodies with long trailers", (Flood) MemoryFloodTest::trailers),
                Arguments.of("HTTP/2: thirty thousand requests that nobody answers", (Flood) MemoryFloodTest::streams),
                Arguments.of("four thousand requests that nobody answers", (Flood) MemoryFloodTest::requests),
                Arguments.of("a thousand bodies that nobody takes", (Flood) MemoryFloodTest::bodies));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void isSurvivedAndOverWhenTheClientsLeave(String name, Flood flood) throws Exception {
        // Given
        Sidecar sidecar = start();
        InetSocketAddress proxy = sidecar.address;
        app.stubborn = true;

        // When
        flood.by(this, proxy);

        // Then
        assertThat(sidecar.process.isAlive()).as("alive under %s", name).isTrue();
        leave();
        app.stubborn = false;
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(RawClient.get(proxy, "/app/x")).startsWith("HTTP/1.1 200"));
        assertThat(mostResidentMib(sidecar.process))
                .as("MiB resident at most, under %s", name)
                .isLessThanOrEqualTo(MOST_MIB);
    }

    private void endlessHeads(InetSocketAddress proxy) {
        byte[] head = ("GET /app/x HTTP/1.1\r\nHost: app.test\r\n"
                        + ("X-Long: " + "a".repeat(4000) + "\r\n").repeat(14))
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 1000; i++) {
            send(connect(proxy), head);
        }
    }

    private void streamsWithLongHeads(InetSocketAddress proxy) {
        byte[] block = Http2RawClient.block(Http2RawClient.request("GET", "/app/x", longFields()));
        flood(proxy, block, 40);
    }

    private static String[] longFields() {
        String[] fields = new String[28];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = "x-long-" + i;
            fields[i + 1] = "a".repeat(4000);
        }
        return fields;
    }

    private void heads(InetSocketAddress proxy) {
        byte[] plain = Http2RawClient.block(Http2RawClient.request("GET", "/app/x"));
        byte[] first = Arrays.copyOf(plain, plain.length + 8 + 3000);
        byte[] field = {0x40, 4, 'b', 'o', 'm', 'b', 127, (byte) ((3000 - 127) % 128 + 128)};
        System.arraycopy(field, 0, first, plain.length, field.length);
        first = Arrays.copyOf(first, first.length + 1);
        first[plain.length + field.length] = (byte) ((3000 - 127) / 128);
        Arrays.fill(first, plain.length + field.length + 1, first.length, (byte) 'a');
        byte[] others = Arrays.copyOf(plain, plain.length + 18);
        Arrays.fill(others, plain.length, others.length, (byte) 0xBE);
        for (int i = 0; i < 40; i++) {
            Http2RawClient client = Http2RawClient.connect(proxy);
            clients.add(client);
            try {
                client.frame(Http2RawClient.HEADERS, Http2RawClient.END_HEADERS, 1, first);
                for (int stream = 3; stream < 200; stream += 2) {
                    client.frame(Http2RawClient.HEADERS, Http2RawClient.END_HEADERS, stream, others);
                }
            } catch (UncheckedIOException e) {
                // the proxy has had enough
            }
        }
    }

    private void flood(InetSocketAddress proxy, byte[] block, int connections) {
        for (int i = 0; i < connections; i++) {
            Http2RawClient client = Http2RawClient.connect(proxy);
            clients.add(client);
            try {
                for (int stream = 1; stream < 200; stream += 2) {
                    send(client, stream, block, 0);
                }
            } catch (UncheckedIOException e) {
                // the proxy has had enough
            }
        }
    }

    private void streamsWithTrailers(InetSocketAddress proxy) {
        byte[] trailers = Http2RawClient.block(longFields());
        for (int i = 0; i < 40; i++) {
            Http2RawClient client = Http2RawClient.connect(proxy);
            clients.add(client);
            try {
                for (int stream = 1; stream < 200; stream += 2) {
                    client.headers(stream, false, Http2RawClient.request("POST", "/app/x"));
                    send(client, stream, trailers, Http2RawClient.END_STREAM);
                }
            } catch (UncheckedIOException e) {
                // the proxy has had enough
            }
        }
    }

    private void trailers(InetSocketAddress proxy) {
        byte[] request = ("POST /app/x HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
                        + ("X-Long: " + "a".repeat(4000) + "\r\n").repeat(14) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 1000; i++) {
            send(connect(proxy), request);
        }
    }

    private void streams(InetSocketAddress proxy) {
        byte[] block = Http2RawClient.block(Http2RawClient.request("GET", "/app/x"));
        for (int i = 0; i < 300; i++) {
            flood(proxy, block, 1);
        }
    }

    private void requests(InetSocketAddress proxy) {
        byte[] head = "GET /app/x HTTP/1.1\r\nHost: app.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 4000; i++) {
            send(connect(proxy), head);
        }
    }

    private static void send(Http2RawClient client, int stream, byte[] block, int flags) {
        for (int from = 0; from < block.length; from += 16_000) {
            boolean last = from + 16_000 >= block.length;
            client.frame(
                    from == 0 ? Http2RawClient.HEADERS : Http2RawClient.CONTINUATION,
                    (last ? Http2RawClient.END_HEADERS : 0) | (from == 0 ? flags : 0),
                    stream,
                    Arrays.copyOfRange(block, from, Math.min(from + 16_000, block.length)));
        }
    }

    /** 64 KiB for each stream and 512 KiB for each connection. */
    private void streamsWithBodies(InetSocketAddress proxy) {
        for (int i = 0; i < 200; i++) {
            Http2RawClient client = Http2RawClient.connect(proxy);
            clients.add(client);
            try {
                for (int stream = 1; stream < 16; stream += 2) {
                    client.headers(stream, false, Http2RawClient.request("POST", "/app/x"));
                    for (int octets = 0; octets < 65_000; octets += 13_000) {
                        client.data(stream, false, new byte[13_000]);
                    }
                }
            } catch (UncheckedIOException e) {
                // the proxy has had enough
            }
        }
    }

    private void bodies(InetSocketAddress proxy) {
        byte[] head = "POST /app/x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000000\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 1000; i++) {
            Socket socket = connect(proxy);
            send(socket, head);
            send(socket, new byte[40_000]);
        }
    }

    private Socket connect(InetSocketAddress proxy) {
        try {
            Socket socket = new Socket();
            clients.add(socket);
            socket.connect(proxy, 30_000);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Socket socket, byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
        } catch (IOException e) {
            // the proxy has had enough
        }
    }

    private void leave() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
        clients.clear();
    }

    private Sidecar start() throws IOException {
        Path config = Files.writeString(
                beside.configFile().resolveSibling("flooded.yaml"),
                Files.readString(beside.configFile())
                        .replaceFirst("upstream: 127.0.0.1:\\d+", "upstream: 127.0.0.1:" + app.port()));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + OPTIONS.toAbsolutePath(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true);
        builder.environment().put("REDISROLES_CONFIG", config.toString());
        builder.environment().put("REDIS_URL", beside.redis.url());
        Process process = builder.start();
        processes.add(process);
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        List<String> lines = new CopyOnWriteArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.contains("inbound=/")) {
                Thread rest = new Thread(() -> output.lines().forEach(lines::add), "output");
                rest.setDaemon(true);
                rest.start();
                String port = line.replaceFirst(".*inbound=/127\\.0\\.0\\.1:(\\d+) .*", "$1");
                return new Sidecar(
                        process, new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)));
            }
        }
        throw new IOException("ended: " + lines);
    }

    /** VmHWM of proc(5). */
    private static long mostResidentMib(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    /** Accepts connections and, while it is stubborn, does not read from them. */
    private static final class StubbornApp implements AutoCloseable {
        private final ServerSocket listener;
        private final List<Socket> open = new CopyOnWriteArrayList<>();
        private volatile boolean stubborn;

        StubbornApp() {
            try {
                listener = new ServerSocket(0, 4000, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Thread accepting = new Thread(this::accept, "stubborn-app");
            accepting.setDaemon(true);
            accepting.start();
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    open.add(socket);
                    if (!stubborn) {
                        byte[] answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                                .getBytes(StandardCharsets.US_ASCII);
                        int read = socket.getInputStream().read(new byte[4096]);
                        if (read > 0) {
                            socket.getOutputStream().write(answer);
                        }
                        socket.close();
                    }
                }
            } catch (IOException e) {
                // closed
            }
        }

        @Override
        public void close() {
            open.forEach(StubbornApp::closeQuietly);
            closeQuietly(listener);
        }

        private static void closeQuietly(AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                // it is gone already
            }
        }
    }
}
