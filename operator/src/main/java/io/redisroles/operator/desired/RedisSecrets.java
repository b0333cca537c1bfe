package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Secrets of a role: its credentials, its ACL file and a binding for each consumer. */
public final class RedisSecrets {
    static final String ACL_KEY = "users.acl";
    /** In the Secret with what Redis serves, for the kubelet's probes: there only where Redis asks for it. */
    static final String PROBE_CHAIN = "client.crt";

    static final String PROBE_KEY = "client.key";

    private RedisSecrets() {}

    static Secret credentials(RolePlan plan, RoleCredentials credentials) {
        return Secrets.of(Metadata.owned(plan, plan.names().credentialsSecret()), "Opaque", credentials.content());
    }

    static Secret acl(RolePlan plan, RoleCredentials credentials) {
        return Secrets.of(
                Metadata.owned(plan, plan.names().aclSecret()),
                "Opaque",
                Map.of(ACL_KEY, AclFile.of(plan, credentials)));
    }

    /** The authority first: what it issued is worth nothing without it. */
    static List<Secret> identity(RolePlan plan, RoleIdentity identity) {
        List<Secret> secrets = new ArrayList<>();
        if (!identity.authority().isEmpty()) {
            secrets.add(Secrets.of(
                    Metadata.owned(plan, plan.names().authoritySecret()), "kubernetes.io/tls", identity.authority()));
        }
        if (!identity.clients().isEmpty()) {
            secrets.add(Secrets.of(
                    Metadata.owned(plan, plan.names().clientsSecret()),
                    "Opaque",
                    identity.clients().content()));
        }
        Map<String, String> mounted = new HashMap<>(identity.certificate().content());
        identity.clients().of(AclUser.PROBE).ifPresent(probe -> {
            mounted.put(PROBE_CHAIN, probe.chain());
            mounted.put(PROBE_KEY, probe.key());
        });
        secrets.add(Secrets.of(Metadata.owned(plan, plan.names().certificateSecret()), "kubernetes.io/tls", mounted));
        return List.copyOf(secrets);
    }

    /** Whether what a pod mounts has a certificate for its probes. */
    public static boolean identifiesProbes(Map<String, String> mounted) {
        return mounted.containsKey(PROBE_CHAIN) && mounted.containsKey(PROBE_KEY);
    }

    /** Who needs a certificate where Redis asks for one: everybody who logs in. */
    public static Set<String> clients(RolePlan plan) {
        return Stream.concat(plan.usersWithPassword(), Stream.of(AclUser.PROBE)).collect(Collectors.toSet());
    }

    /** Whether a Secret of this kind takes from every client the right to write. */
    public static boolean withholdsWrites(Secret acl) {
        String base64 = Optional.ofNullable(acl.getData()).orElse(Map.of()).getOrDefault(ACL_KEY, "");
        List<String> clients = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.matches("user (?!_operator )\\S+ on #.*"))
                .toList();
        return !clients.isEmpty() && clients.stream().allMatch(line -> line.endsWith(" -@write"));
    }

    static List<Secret> bindings(RolePlan plan, RoleCredentials credentials, Optional<RoleIdentity> identity) {
        return plan.consumers().stream()
                .map(consumer -> binding(plan, consumer, credentials, identity))
                .toList();
    }

    private static Secret binding(
            RolePlan plan, ConsumerPlan consumer, RoleCredentials credentials, Optional<RoleIdentity> identity) {
        String user = consumer.passwordOnly() ? AclUser.DEFAULT : consumer.name();
        RedisBinding binding = new RedisBinding(
                plan.host(),
                plan.service().port(),
                user,
                credentials.of(consumer.name()),
                identity.map(known -> known.certificate().authorities()),
                identity.flatMap(known -> known.clients().of(consumer.name())));
        return Secrets.of(
                Metadata.owned(plan, plan.names().bindingSecret(consumer.name())),
                RedisBinding.SECRET_TYPE,
                binding.content());
    }
}
