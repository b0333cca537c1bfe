package io.redisroles.cli.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.cli.CliException;
import io.redisroles.operator.plan.AclUser;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a running instance tells the other commands: its resources with their status, and its bindings. */
public final class Published {
    private static final String ROLES = "redisroles.yaml";
    private static final String POLICIES = "accesspolicies.yaml";
    private static final String BINDINGS = "bindings.json";

    private final InstanceDirectory directory;
    private final Map<String, String> written = new HashMap<>();

    Published(InstanceDirectory directory) {
        this.directory = directory;
    }

    /**
     * Finds what the instance with {@code ports} tells.
     *
     * @throws CliException if none runs
     */
    public static Published of(Ports ports) {
        InstanceDirectory directory = InstanceDirectory.of(ports);
        if (directory.owner().isEmpty()) {
            throw new CliException(
                    "nothing runs here" + (ports.offset() == 0 ? "" : " with --port-offset " + ports.offset())
                            + ": start it with redisrole up DIR");
        }
        return new Published(directory);
    }

    /** The roles with their status. */
    public List<RedisRole> roles() {
        return read(ROLES, RedisRole.class);
    }

    /** The policies with their status. */
    public List<AccessPolicy> policies() {
        return read(POLICIES, AccessPolicy.class);
    }

    /** The binding of a role's consumer, or the operator's own login, as environment variables. */
    public Map<String, String> binding(String role, Optional<String> consumer) {
        Map<String, Map<String, Map<String, String>>> all = bindings();
        Map<String, Map<String, String>> ofRole = all.get(role);
        if (ofRole == null) {
            throw new CliException(
                    "no RedisRole " + role + " here (there are: " + String.join(", ", all.keySet()) + ")");
        }
        Map<String, String> binding = ofRole.get(consumer.orElse(AclUser.OPERATOR));
        if (binding == null) {
            throw new CliException("RedisRole " + role + " has no consumer " + consumer.orElse("") + " (there are: "
                    + ofRole.keySet().stream()
                            .filter(name -> !name.startsWith("_"))
                            .collect(Collectors.joining(", "))
                    + ")");
        }
        return binding;
    }

    void write(Collection<LocalRole> roles, Optional<LocalPolicy> policy) {
        write(ROLES, roles.stream().map(LocalRole::withStatus).toList());
        write(POLICIES, policy.stream().map(LocalPolicy::withStatus).toList());
        write(BINDINGS, bindings(roles));
    }

    private void write(String file, List<? extends HasMetadata> resources) {
        write(file, resources.stream().map(Serialization::asYaml).collect(Collectors.joining()));
    }

    private void write(String file, String content) {
        if (!content.equals(written.put(file, content))) {
            directory.write(file, content);
        }
    }

    private <T> List<T> read(String file, Class<T> type) {
        return Arrays.stream(directory.read(file).orElse("").split("(?m)^---$", -1))
                .filter(document -> !document.isBlank())
                .map(document -> Serialization.unmarshal(document, type))
                .toList();
    }

    private static String bindings(Collection<LocalRole> roles) {
        Map<String, Map<String, Map<String, String>>> all = new LinkedHashMap<>();
        for (LocalRole role : roles) {
            Map<String, Map<String, String>> ofRole = new LinkedHashMap<>();
            ofRole.put(AclUser.OPERATOR, role.binding(AclUser.OPERATOR).environment());
            role.plan()
                    .consumers()
                    .forEach(consumer ->
                            ofRole.put(consumer.name(), role.binding(consumer).environment()));
            all.put(role.plan().names().role(), ofRole);
        }
        try {
            return new JsonMapper().writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("bindings are plain text", e);
        }
    }

    private Map<String, Map<String, Map<String, String>>> bindings() {
        try {
            return new JsonMapper()
                    .readValue(
                            directory.read(BINDINGS).orElse("{}"),
                            new TypeReference<LinkedHashMap<String, Map<String, Map<String, String>>>>() {});
        } catch (JsonProcessingException e) {
            throw new CliException("the instance's bindings cannot be read: " + e.getMessage(), e);
        }
    }
}
