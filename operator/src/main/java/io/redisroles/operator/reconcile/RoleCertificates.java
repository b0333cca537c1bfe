package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.redisroles.operator.certificate.Authorities;
import io.redisroles.operator.certificate.ClientCertificates;
import io.redisroles.operator.certificate.KeyAndChain;
import io.redisroles.operator.certificate.OwnIdentity;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.certificate.RoleCertificate.Finding;
import io.redisroles.operator.desired.RedisSecrets;
import io.redisroles.operator.desired.RoleIdentity;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.TlsPlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisTls;
import io.redisroles.operator.redis.ServedCertificate;
import io.redisroles.operator.status.ConditionReason;
import io.redisroles.operator.status.WishedCertificate;
import io.redisroles.operator.status.WishedCertificate.Trouble;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds the certificate that a role should serve. Whatever its source, Redis mounts a Secret of ours with the last good one, so
 * that a source that breaks breaks nothing, and another source needs no restart.
 *
 * @param plan of a role with encrypted connections
 * @param secrets finds the children of the role that are ours
 * @param client to look at what is not ours
 * @param random for keys
 */
record RoleCertificates(RolePlan plan, ResourceApplier secrets, KubernetesClient client, SecureRandom random) {
    /**
     * What was found.
     *
     * @param identity what is to be kept; empty if there never was a good certificate
     */
    record Found(WishedCertificate wished, Optional<RoleIdentity> identity) {
        /** What the operator expects of the server, and shows to it. */
        Optional<RedisTls> tls() {
            return wished.certificate()
                    .map(certificate -> RedisTls.of(
                            certificate,
                            identity.flatMap(known -> known.clients().of(AclUser.OPERATOR))));
        }

        /** The same, with the certificates of clients. */
        Found with(ClientCertificates clients) {
            return new Found(
                    wished, identity.map(known -> new RoleIdentity(known.certificate(), known.authority(), clients)));
        }

        /** When clients got certificates, if the pod has proved by {@code served} to have its probes'. */
        Optional<Instant> handedOut(Optional<ServedCertificate> served) {
            return identity.filter(known -> isServed(known.certificate(), served))
                    .flatMap(known -> known.clients().issued());
        }
    }

    /**
     * What Redis does now, as far as that is known.
     *
     * @param certificate that it serves
     * @param sparesClients whether it asks clients for no certificate
     */
    record Present(Optional<ServedCertificate> certificate, boolean sparesClients) {
        static Present of(Observation latest) {
            return new Present(
                    latest.served(),
                    latest.facts()
                            .filter(facts -> "no".equals(facts.config().get(RedisDirectives.ASKS_CLIENTS)))
                            .isPresent());
        }
    }

    /**
     * Looks at the source.
     *
     * @param tls of the plan
     */
    Found find(TlsPlan tls, Present present, Instant now) {
        Map<String, String> kept = own(plan.names().certificateSecret());
        if (tls.source() instanceof TlsPlan.Managed) {
            return managed(tls, kept, present, now);
        }
        // Clients keep theirs until Redis has stopped asking.
        ClientCertificates clients = present.sparesClients() ? ClientCertificates.NONE : clients();
        return outside(tls, kept, present.certificate(), now).with(clients);
    }

    private Found outside(TlsPlan tls, Map<String, String> kept, Optional<ServedCertificate> served, Instant now) {
        TlsPlan.Source source = tls.source();
        if (source instanceof TlsPlan.FromSecret from) {
            return foreign("Secret " + from.secret(), foreign(from.secret()), () -> missing(from), kept, served, now);
        }
        TlsPlan.FromIssuer issuer = (TlsPlan.FromIssuer) source;
        CertificateRequest request = new CertificateRequest(client, secrets.ownership());
        Optional<Trouble> refused = request.make(plan, tls.hosts(), issuer);
        String name = plan.names().requestedCertificate();
        return refused.map(trouble -> new Found(
                        new WishedCertificate(lastGood(kept), Optional.of(trouble)), identity(lastGood(kept))))
                .orElseGet(() -> foreign(
                        "Secret " + name + " of cert-manager",
                        foreign(name),
                        () -> request.pending(plan),
                        kept,
                        served,
                        now));
    }

    /**
     * By the role's own authority. A certificate that the pod got without one for its probes is replaced before Redis asks for
     * them: once the next is served, the probes' is known to be there.
     */
    private Found managed(TlsPlan tls, Map<String, String> kept, Present present, Instant now) {
        OwnIdentity.Subject subject = new OwnIdentity.Subject(plan.names().base(), tls.hosts());
        boolean usable = !tls.asksClients() || RedisSecrets.identifiesProbes(kept);
        OwnIdentity own =
                OwnIdentity.next(own(plan.names().authoritySecret()), usable ? kept : Map.of(), subject, now, random);
        if (!tls.asksClients()) {
            RoleCertificate certificate = believed(own.certificate(), kept, present.certificate(), now);
            // They keep theirs until Redis has stopped asking.
            return found(own, certificate, present.sparesClients() ? ClientCertificates.NONE : clients());
        }
        boolean served = isServed(own.certificate(), present.certificate());
        if (served && !believes(own, kept)) {
            // The running Redis forgets a former authority only when it reads another certificate.
            OwnIdentity next = OwnIdentity.next(own.authority(), Map.of(), subject, now, random);
            return found(next, next.certificate(), clients(next, true, now));
        }
        return found(own, believed(own.certificate(), kept, present.certificate(), now), clients(own, served, now));
    }

    private static Found found(OwnIdentity own, RoleCertificate certificate, ClientCertificates clients) {
        return new Found(
                new WishedCertificate(Optional.of(certificate), Optional.empty()),
                Optional.of(new RoleIdentity(certificate, own.authority(), clients)));
    }

    private ClientCertificates clients(OwnIdentity own, boolean served, Instant now) {
        return own.clients(clients(), RedisSecrets.clients(plan), served, now, random);
    }

    private ClientCertificates clients() {
        return ClientCertificates.of(own(plan.names().clientsSecret()));
    }

    /** Whether what was told of authorities before is what is told now. */
    private static boolean believes(OwnIdentity own, Map<String, String> kept) {
        List<X509Certificate> now =
                Authorities.read(own.certificate().authorities()).certificates();
        return lastGood(kept)
                .map(before -> Authorities.read(before.authorities()).certificates())
                .filter(before -> !now.containsAll(before))
                .isEmpty();
    }

    /** What is served, and shown, from now on, when nothing is to be changed. */
    Found kept() {
        Optional<RoleCertificate> last = lastGood(own(plan.names().certificateSecret()));
        return new Found(new WishedCertificate(last, Optional.empty()), identity(last)).with(clients());
    }

    private Found foreign(
            String source,
            Optional<Secret> secret,
            Supplier<Trouble> missing,
            Map<String, String> kept,
            Optional<ServedCertificate> served,
            Instant now) {
        if (secret.isEmpty()) {
            return new Found(
                    new WishedCertificate(lastGood(kept), Optional.of(missing.get())), identity(lastGood(kept)));
        }
        RoleCertificate found = RoleCertificate.of(content(secret.get()));
        Optional<Finding> finding = found.finding(plan.host(), now);
        Optional<RoleCertificate> certificate =
                finding.isEmpty() ? Optional.of(believed(found, kept, served, now)) : lastGood(kept);
        return new Found(
                new WishedCertificate(certificate, finding.map(fault -> Trouble.of(source, fault))),
                identity(certificate));
    }

    /** Until the new certificate is served, clients, and the operator, believe those who vouched for the one before too. */
    private static RoleCertificate believed(
            RoleCertificate wished, Map<String, String> kept, Optional<ServedCertificate> served, Instant now) {
        Authorities own = Authorities.read(wished.authorities());
        return isServed(wished, served)
                ? wished.believing(own)
                : wished.believing(own.and(lastGood(kept)
                        .map(before -> Authorities.read(before.authorities()).after(now))
                        .orElse(new Authorities(List.of()))));
    }

    private static boolean isServed(RoleCertificate wished, Optional<ServedCertificate> served) {
        return served.map(ServedCertificate::fingerprint)
                .filter(wished.fingerprint()::equals)
                .isPresent();
    }

    private static Optional<RoleIdentity> identity(Optional<RoleCertificate> certificate) {
        return certificate.map(known -> new RoleIdentity(known, Map.of()));
    }

    private static Optional<RoleCertificate> lastGood(Map<String, String> kept) {
        RoleCertificate last = RoleCertificate.of(kept);
        try {
            KeyAndChain unused = KeyAndChain.read(last.key(), last.chain());
            return Authorities.read(last.authorities()).certificates().isEmpty() ? Optional.empty() : Optional.of(last);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Trouble missing(TlsPlan.FromSecret from) {
        return new Trouble(
                ConditionReason.SECRET_NOT_FOUND,
                "Secret " + from.secret() + " is not there: create it with tls.crt, tls.key and ca.crt, or correct"
                        + " spec.tls.secret.name");
    }

    private Optional<Secret> foreign(String name) {
        return Optional.ofNullable(
                client.secrets().inNamespace(plan.namespace()).withName(name).get());
    }

    private Map<String, String> own(String name) {
        return secrets.ours(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(plan.namespace())
                        .withName(name)
                        .endMetadata()
                        .build())
                .map(RoleCertificates::content)
                .orElse(Map.of());
    }

    /** What is not base64, after an edit by hand, is taken for absent. */
    static Map<String, String> content(Secret secret) {
        Map<String, String> content = new HashMap<>();
        Optional.ofNullable(secret.getData()).orElse(Map.of()).forEach((key, value) -> {
            try {
                content.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                content.remove(key);
            }
        });
        return content;
    }
}
