package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceFiles;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.ClientCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RedisSecrets;
import io.redisroles.operator.desired.RequestedCertificate;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.desired.RoleIdentity;
import io.redisroles.operator.desired.StoreTrust;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.TlsPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The manifests that resources become, without a cluster and without secrets. */
public final class Rendering {
    private static final String PLACEHOLDER = "generated-by-the-operator";

    private static final ClientCertificate CLIENT = new ClientCertificate(PLACEHOLDER, PLACEHOLDER);

    private Rendering() {}

    /**
     * Renders the resources of a file or folder.
     *
     * @throws CliException naming what cannot be planned
     */
    public static List<HasMetadata> of(Path path) {
        LocalPlans plans = LocalPlans.of(new ResourceFiles().read(path));
        List<HasMetadata> objects = new ArrayList<>();
        plans.roles().forEach((key, role) -> {
            RolePlan plan = role.result().plan().orElseThrow(() -> new CliException(role.describe("RedisRole", key)));
            objects.addAll(DesiredResources.of(plan, placeholders(plan), identity(plan), LocalPlans.SETTINGS));
            plan.tls().ifPresent(tls -> {
                if (tls.source() instanceof TlsPlan.FromIssuer issuer) {
                    objects.add(RequestedCertificate.desired(plan, tls.hosts(), issuer));
                }
            });
        });
        plans.policies()
                .forEach((key, policy) -> objects.addAll(DesiredResources.of(
                        policy.result()
                                .plan()
                                .orElseThrow(() -> new CliException(policy.describe("AccessPolicy", key))),
                        Rendering::placeholders,
                        Rendering::trust)));
        return objects;
    }

    private static RoleCredentials placeholders(RolePlan plan) {
        return RoleCredentials.complete(plan, Optional.empty(), () -> new Password(PLACEHOLDER));
    }

    private static StoreTrust trust(RolePlan plan) {
        return new StoreTrust(
                PLACEHOLDER, plan.tls().filter(TlsPlan::asksClients).map(tls -> CLIENT));
    }

    private static ClientCertificates clients(RolePlan plan, TlsPlan tls) {
        return tls.asksClients()
                ? new ClientCertificates(RedisSecrets.clients(plan).stream()
                        .collect(Collectors.toMap(user -> user, user -> CLIENT, (one, other) -> one, TreeMap::new)))
                : ClientCertificates.NONE;
    }

    private static Optional<RoleIdentity> identity(RolePlan plan) {
        RoleCertificate made = new RoleCertificate(PLACEHOLDER, PLACEHOLDER, PLACEHOLDER);
        return plan.tls()
                .map(tls -> new RoleIdentity(
                        made,
                        tls.source() instanceof TlsPlan.Managed
                                ? Map.of(RoleCertificate.CHAIN, PLACEHOLDER, RoleCertificate.KEY, PLACEHOLDER)
                                : Map.of(),
                        clients(plan, tls)));
    }
}
