package io.redisroles.operator.desired;

import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client that asks for much and reads nothing, on a role that is full and never evicts, while its file is rewritten. */
class SlowReaderOnRedisTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final RolePlan PLAN =
            Samples.plan("{role: compliance, memory: {maxMemory: 24Mi}, consumers: [{name: app, keys: ['a:*']}]}");

    @Test
    void theClientIsThrownOutAndNoKeyIsLost(@TempDir Path directory) throws IOException {
        try (RenderedRedis redis = RenderedRedis.start(PLAN, directory);
                Socket slow = new Socket()) {
            // Given
            redis.run("app", "SET a:big " + "x".repeat(500_000));
            int keys = fill(redis);

            // When
            redis.run("_operator", "BGREWRITEAOF");
            slow.setReceiveBufferSize(4096);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port()));
            OutputStream out = slow.getOutputStream();
            out.write(("AUTH app " + redis.credentials().of("app").value() + "\r\n" + "GET a:big\r\n".repeat(200))
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();

            // Then
            await("its end")
                    .atMost(LIMIT)
                    .until(() -> redis.run("_operator", "INFO stats").contains("evicted_clients:1"));
            await("the rewrite")
                    .atMost(LIMIT)
                    .until(() -> redis.run("_operator", "INFO persistence").contains("aof_rewrite_in_progress:0"));
            assertThat(redis.run("_operator", "INFO persistence")).contains("aof_last_bgrewrite_status:ok");
            assertThat(redis.run("_operator", "INFO stats")).contains("evicted_keys:0");
            for (int i = 0; i < keys; i++) {
                assertThat(redis.run("app", "EXISTS a:" + i)).as("record " + i).isEqualTo("1");
            }
            assertThat(redis.run("_operator", "PING")).isEqualTo("PONG");
        }
    }

    /** Returns how many records it has taken. */
    private static int fill(RenderedRedis redis) {
        String value = "x".repeat(20_000);
        for (int i = 0; i < 10_000; i++) {
            if (redis.run("app", "SET a:" + i + " " + value).startsWith("OOM")) {
                return i;
            }
        }
        throw new AssertionError("the role did not become full");
    }
}
