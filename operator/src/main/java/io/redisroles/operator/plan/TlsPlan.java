package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.ClientCertificateDemand;
import io.redisroles.api.v1alpha1.RoleTls;
import io.redisroles.api.v1alpha1.TlsMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How connections to a role are encrypted.
 *
 * @param source where the certificate comes from
 * @param hosts the DNS names that it is to have, the one that clients are told first
 * @param asksClients whether clients need a certificate too
 */
public record TlsPlan(Source source, List<String> hosts, boolean asksClients) {
    public TlsPlan {
        hosts = List.copyOf(hosts);
    }

    /** Where a certificate comes from. */
    public sealed interface Source {}

    /** From an authority of the role's own. */
    public record Managed() implements Source {}

    /** From a Secret that somebody else keeps, {@code secret}. */
    public record FromSecret(String secret) implements Source {}

    /** From an issuer of cert-manager. */
    public record FromIssuer(String name, String kind, String group) implements Source {}

    /**
     * Plans it; empty if connections are not encrypted.
     *
     * @param wished as the user wrote it; empty if it is absent
     * @param problems gets what is wrong with it
     */
    static Optional<TlsPlan> of(
            Optional<RoleTls> wished,
            RoleNames names,
            String namespace,
            RolePlan.ServicePort service,
            List<Problem> problems) {
        return wished.flatMap(tls -> source(tls, problems))
                .map(source -> new TlsPlan(source, hosts(names, namespace, service), asks(wished.orElseThrow())));
    }

    private static boolean asks(RoleTls tls) {
        return tls.clientCertificates() == ClientCertificateDemand.REQUIRED;
    }

    private static Optional<Source> source(RoleTls tls, List<Problem> problems) {
        TlsMode mode = tls.mode();
        if (mode == null) {
            problems.add(new Problem("spec.tls.mode", "absent (expected: Disabled, Managed, CertManager or Secret)"));
            return Optional.empty();
        }
        if (tls.secret() != null && mode != TlsMode.SECRET) {
            problems.add(
                    new Problem("spec.tls.secret", "goes with mode Secret alone: remove it, or write mode: Secret"));
        }
        if (tls.certManager() != null && mode != TlsMode.CERT_MANAGER) {
            problems.add(new Problem(
                    "spec.tls.certManager", "goes with mode CertManager alone: remove it, or write mode: CertManager"));
        }
        if (asks(tls) && mode != TlsMode.MANAGED) {
            problems.add(new Problem(
                    "spec.tls.clientCertificates",
                    "Required goes with mode Managed alone, whose authority issues them: write mode: Managed, or leave it"
                            + " out"));
        }
        return switch (mode) {
            case DISABLED -> Optional.empty();
            case MANAGED -> Optional.of(new Managed());
            case CERT_MANAGER -> {
                if (tls.certManager() == null || tls.certManager().issuerRef() == null) {
                    problems.add(new Problem(
                            "spec.tls.certManager",
                            "absent (expected with mode CertManager: {issuerRef: {name: ...}})"));
                    yield Optional.empty();
                }
                RoleTls.IssuerRef issuer = tls.certManager().issuerRef();
                yield Optional.of(new FromIssuer(
                        issuer.name(),
                        Optional.ofNullable(issuer.kind()).orElse("Issuer"),
                        Optional.ofNullable(issuer.group()).orElse("cert-manager.io")));
            }
            case SECRET -> {
                if (tls.secret() == null) {
                    problems.add(new Problem("spec.tls.secret", "absent (expected with mode Secret: {name: ...})"));
                    yield Optional.empty();
                }
                yield Optional.of(new FromSecret(tls.secret().name()));
            }
        };
    }

    private static List<String> hosts(RoleNames names, String namespace, RolePlan.ServicePort service) {
        String domain = "." + namespace + ".svc";
        List<String> hosts = new ArrayList<>(List.of(
                service.name() + domain,
                service.name(),
                service.name() + "." + namespace,
                service.name() + domain + ".cluster.local"));
        for (String suffix : List.of("", ".cluster.local")) {
            hosts.add(names.pod() + "." + names.headlessService() + domain + suffix);
        }
        return hosts;
    }
}
