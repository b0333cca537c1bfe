package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.redisroles.operator.desired.RequestedCertificate;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.TlsPlan;
import io.redisroles.operator.status.ConditionReason;
import io.redisroles.operator.status.WishedCertificate.Trouble;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks cert-manager for a role's certificate. Nothing watches Certificates, which need not be known to the cluster: what comes of
 * one is in its Secret.
 *
 * @param ownership of the role
 */
record CertificateRequest(KubernetesClient client, Ownership ownership) {
    private static final ResourceDefinitionContext CERTIFICATES = new ResourceDefinitionContext.Builder()
            .withGroup(RequestedCertificate.GROUP)
            .withVersion(RequestedCertificate.VERSION)
            .withKind(RequestedCertificate.KIND)
            .withPlural(RequestedCertificate.PLURAL)
            .withNamespaced(true)
            .build();

    /** Makes the Certificate as it is desired, if it is not; why that cannot be, if so. */
    Optional<Trouble> make(RolePlan plan, List<String> hosts, TlsPlan.FromIssuer issuer) {
        GenericKubernetesResource desired = RequestedCertificate.desired(plan, hosts, issuer);
        String name = desired.getMetadata().getName();
        Optional<GenericKubernetesResource> actual = find(plan);
        if (actual.filter(present -> !ownership.controls(present)).isPresent()) {
            return Optional.of(new Trouble(
                    ConditionReason.NAME_CONFLICT,
                    "Certificate " + name + " is not ours and left alone: delete or rename it"));
        }
        Wish<GenericKubernetesResource> wish = new Wish<>(desired, client.getKubernetesSerialization());
        if (actual.filter(wish::isMetBy).isPresent()) {
            return Optional.empty();
        }
        GenericKubernetesResource object = actual.map(wish::over).orElseGet(wish::object);
        try {
            client.genericKubernetesResources(CERTIFICATES)
                    .inNamespace(plan.namespace())
                    .resource(object)
                    .fieldManager(ResourceApplier.FIELD_MANAGER)
                    .forceConflicts()
                    .serverSideApply();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
            return Optional.of(new Trouble(
                    ConditionReason.CERT_MANAGER_ABSENT,
                    "this cluster knows no Certificates (cert-manager.io/v1): install cert-manager, or choose another"
                            + " spec.tls.mode"));
        }
    }

    /** What cert-manager says of a Certificate whose Secret is not there. */
    Trouble pending(RolePlan plan) {
        return new Trouble(
                ConditionReason.REQUESTED,
                "Certificate " + plan.names().requestedCertificate() + " is not issued yet"
                        + find(plan)
                                .flatMap(CertificateRequest::message)
                                .map(message -> ": cert-manager says: " + message)
                                .orElse(""));
    }

    /** Takes the request back, with what came of it. */
    void withdraw(RolePlan plan) {
        if (find(plan).filter(ownership::controls).isPresent()) {
            named(plan).delete();
        }
        client.secrets()
                .inNamespace(plan.namespace())
                .withName(plan.names().requestedCertificate())
                .delete();
    }

    private Optional<GenericKubernetesResource> find(RolePlan plan) {
        return Optional.ofNullable(named(plan).get());
    }

    private Resource<GenericKubernetesResource> named(RolePlan plan) {
        return client.genericKubernetesResources(CERTIFICATES)
                .inNamespace(plan.namespace())
                .withName(plan.names().requestedCertificate());
    }

    private static Optional<String> message(GenericKubernetesResource certificate) {
        return Optional.ofNullable(certificate.<Object>get("status", "conditions"))
                .filter(List.class::isInstance)
                .flatMap(conditions -> ((List<?>) conditions)
                        .stream()
                                .filter(condition -> condition instanceof Map<?, ?> map
                                        && "Ready".equals(map.get("type"))
                                        && map.get("message") != null)
                                .map(condition -> String.valueOf(((Map<?, ?>) condition).get("message")))
                                .findFirst());
    }
}
