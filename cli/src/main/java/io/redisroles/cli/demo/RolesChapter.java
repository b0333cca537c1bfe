package io.redisroles.cli.demo;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import io.redisroles.cli.local.RoleView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Five roles, each exactly its preset, read back from the running servers. */
final class RolesChapter implements Chapter {
    /** What a role must be: the table that its documentation shows, not the plan that made it. */
    private record Expected(
            String role,
            long maxMemoryMi,
            String policy,
            String fsync,
            String containerLimit,
            String consumer,
            String ownKey) {}

    private static final List<Expected> EXPECTED = List.of(
            new Expected("gateway", 256, "allkeys-lru", "everysec", "448Mi", "auth-service", "session:demo"),
            new Expected("socket", 512, "volatile-lru", "everysec", "896Mi", "chat-service", "socket:demo"),
            new Expected("shared", 512, "allkeys-lru", "everysec", "896Mi", "chat-service", "cache:demo"),
            new Expected("compliance", 256, "noeviction", "always", "576Mi", "audit-service", "consent:demo"),
            new Expected("crypto", 256, "noeviction", "always", "576Mi", "key-service", "key:demo"));

    @Override
    public String title() {
        return "Five roles, each exactly its preset";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        for (Expected expected : EXPECTED) {
            RoleView role = scene.role(expected.role());
            checks.add(new Check(expected.role() + " is Ready", role.ready(), role.address()));
            try (RedisLink link = scene.asOperator(expected.role())) {
                Map<String, String> config =
                        link.redis().configGet("maxmemory", "maxmemory-policy", "appendonly", "appendfsync");
                checks.add(Check.equal(
                        expected.role() + " runs with its preset",
                        expected.maxMemoryMi() * 1024 * 1024 + " " + expected.policy() + " yes " + expected.fsync(),
                        config.get("maxmemory") + " " + config.get("maxmemory-policy") + " " + config.get("appendonly")
                                + " " + config.get("appendfsync")));
                checks.add(new Check(
                        expected.role() + "'s default user is off",
                        flags(link.redis().aclGetuser("default")).contains("off"),
                        "flags: " + flags(link.redis().aclGetuser("default"))));
            }
            checks.add(Check.equal(
                    expected.role() + "'s container limit", expected.containerLimit(), role.containerLimit()));
            checks.add(patterns(scene, expected));
        }
        return checks;
    }

    private static Check patterns(Scene scene, Expected expected) {
        String promise = expected.role() + "'s consumer works only within its key patterns";
        try (RedisLink link = scene.asConsumer(expected.role(), expected.consumer())) {
            link.redis().set(expected.ownKey(), "1", SetArgs.Builder.ex(10));
            link.redis().del(expected.ownKey());
            try {
                link.redis().set("foreign:demo", "1", SetArgs.Builder.ex(10));
                return new Check(promise, false, "a foreign key was written");
            } catch (RedisCommandExecutionException e) {
                String message = String.valueOf(e.getMessage());
                return new Check(promise, message.startsWith("NOPERM"), message);
            }
        }
    }

    /** The flags of an {@code ACL GETUSER} answer. */
    private static List<?> flags(List<Object> user) {
        int at = user.indexOf("flags");
        return at >= 0 && user.get(at + 1) instanceof List<?> flags ? flags : List.of();
    }
}
