package io.redisroles.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.ClientCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RedisSecrets;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.desired.RoleIdentity;
import io.redisroles.operator.desired.StoreTrust;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.PolicyGrant;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.PolicyPlanner;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import io.redisroles.operator.plan.TlsPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Resources written as their spec in YAML, and what the planner makes of them; passwords are the same in every run. */
public final class Samples {
    public static final String NAMESPACE = "demo";
    public static final PlanSettings SETTINGS = new PlanSettings("docker.io/library/redis:7.4.2", "redis-roles-system");

    private Samples() {}

    /** A RedisRole called sample. */
    public static RedisRole role(String spec) {
        RedisRole role = read(spec, "RedisRole", "sample", RedisRole.class);
        role.getMetadata().setUid("11111111-0000-4000-8000-000000000000");
        return role;
    }

    public static AccessPolicy policy(String name, String spec) {
        AccessPolicy policy = read(spec, "AccessPolicy", name, AccessPolicy.class);
        policy.getMetadata().setUid("22222222-0000-4000-8000-000000000000");
        policy.getMetadata().setGeneration(1L);
        return policy;
    }

    /** A policy that counts in, and has its sessions in, the role called sample. */
    public static AccessPolicy policy(String name) {
        return policy(name, """
                selector: {matchLabels: {app: shop}}
                ports: [8080]
                roles: {limits: {name: sample}, sessions: {name: sample}}
                rules:
                - name: api
                  session: Required
                  limits: [{name: api, by: [user], requests: 100, per: 1m}]
                """);
    }

    public static PlanResult<RolePlan> planning(RedisRole role, AccessPolicy... policies) {
        List<PolicyGrant> grants = Stream.of(policies)
                .map(policy -> PolicyPlanner.grant(policy, role.getMetadata().getName()))
                .flatMap(Optional::stream)
                .toList();
        return new RolePlanner(SETTINGS).plan(role, grants);
    }

    /** The plan of a role called sample; fails if it is rejected. */
    public static RolePlan plan(String spec, AccessPolicy... policies) {
        return accepted(planning(role(spec), policies));
    }

    /** The plan of a policy whose role sample has the given spec; fails if it is rejected. */
    public static PolicyPlan plan(AccessPolicy policy, String roleSpec) {
        return accepted(PolicyPlanner.plan(
                policy, name -> Optional.of(plan(roleSpec, policy)).filter(plan -> name.equals("sample"))));
    }

    public static RoleCredentials credentials(RolePlan plan) {
        AtomicInteger made = new AtomicInteger();
        return RoleCredentials.complete(
                plan, Optional.empty(), () -> new Password("fixed-password-" + made.incrementAndGet()));
    }

    /** What stands for certificates and keys in the files of a role with encrypted connections. */
    public static Optional<RoleIdentity> identity(RolePlan plan) {
        return plan.tls()
                .map(tls -> new RoleIdentity(
                        new RoleCertificate("a certificate", "its key", "its authority"),
                        Map.of("tls.crt", "its authority", "tls.key", "its authority's key"),
                        tls.asksClients() ? clients(plan) : ClientCertificates.NONE));
    }

    /** What stands for what sidecars need for a role with encrypted connections. */
    public static StoreTrust trust(RolePlan plan) {
        return new StoreTrust(
                "its authority", plan.tls().filter(TlsPlan::asksClients).map(tls -> client("a sidecar")));
    }

    private static ClientCertificates clients(RolePlan plan) {
        return new ClientCertificates(RedisSecrets.clients(plan).stream()
                .collect(Collectors.toMap(user -> user, Samples::client, (one, other) -> one, TreeMap::new)));
    }

    private static ClientCertificate client(String user) {
        return new ClientCertificate("the certificate of " + user, "the key of " + user);
    }

    private static <P> P accepted(PlanResult<P> result) {
        return result.plan().orElseThrow(() -> new AssertionError(PlanResult.describe(result.problems())));
    }

    private static <T extends HasMetadata> T read(String spec, String kind, String name, Class<T> type) {
        String document = """
                apiVersion: redisroles.io/v1alpha1
                kind: %s
                metadata: {name: %s, namespace: %s}
                spec:
                %s
                """.formatted(kind, name, NAMESPACE, spec.indent(2));
        return Serialization.unmarshal(document, type);
    }
}
