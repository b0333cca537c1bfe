package io.redisroles.sample;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The app on a free port, with a real Redis that gives it exactly the rights of a role's consumer. */
final class RunningApp implements AutoCloseable {
    private static final String PASSWORD = "correct-horse";

    final ScratchRedis redis = ScratchRedis.start(
            "--user",
            "app",
            "on",
            ">" + PASSWORD,
            "~session:*",
            "~auth:*",
            "resetchannels",
            "+@all",
            "-@admin",
            "-@dangerous",
            "+info");
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path binding;
    private final RedisConnection connection;
    private final AppServer server;

    private RunningApp(Path bindings) throws IOException {
        binding = Files.createDirectories(bindings.resolve("gateway"));
        write("type", "redis");
        write("host", redis.host());
        write("port", String.valueOf(redis.port()));
        write("username", "app");
        write("password", PASSWORD);
        connection = new RedisConnection(bindings);
        connection.connect().join();
        server = AppServer.start("127.0.0.1", 0, new Routes(new Logins(connection)));
    }

    /** Starts it with its binding below {@code bindings}. */
    static RunningApp start(Path bindings) throws IOException {
        return new RunningApp(bindings);
    }

    void write(String entry, String value) throws IOException {
        Files.writeString(binding.resolve(entry), value + "\n");
    }

    String address() {
        return server.address();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + address() + path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> login(String body) throws IOException, InterruptedException {
        return send(request("/auth/login").POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpClient client() {
        return client;
    }

    /** Looks into Redis with all rights. */
    <T> T inRedis(Function<RedisCommands<String, String>, T> question) {
        RedisClient all = RedisClient.create(RedisURI.create(redis.url()));
        try (StatefulRedisConnection<String, String> open = all.connect()) {
            return question.apply(open.sync());
        } finally {
            all.shutdown();
        }
    }

    List<String> keys() {
        return inRedis(redis -> redis.scan().getKeys());
    }

    Map<String, String> hash(String key) {
        return inRedis(redis -> redis.hgetall(key));
    }

    long ttl(String key) {
        return inRedis(redis -> redis.ttl(key));
    }

    @Override
    public void close() {
        server.close();
        connection.close();
        redis.close();
    }
}
