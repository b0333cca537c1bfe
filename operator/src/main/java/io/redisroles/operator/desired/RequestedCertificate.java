package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.TlsPlan;
import java.util.List;
import java.util.Map;

/** What is asked of cert-manager for a role: a Certificate, whose Secret carries our labels so that its renewal is noticed. */
public final class RequestedCertificate {
    public static final String GROUP = "cert-manager.io";
    public static final String VERSION = "v1";
    public static final String KIND = "Certificate";
    public static final String PLURAL = "certificates";

    private RequestedCertificate() {}

    public static GenericKubernetesResource desired(RolePlan plan, List<String> hosts, TlsPlan.FromIssuer issuer) {
        GenericKubernetesResource certificate = new GenericKubernetesResource();
        certificate.setApiVersion(GROUP + "/" + VERSION);
        certificate.setKind(KIND);
        certificate.setMetadata(Metadata.owned(plan, plan.names().requestedCertificate()));
        certificate.setAdditionalProperties(Map.of(
                "spec",
                Map.of(
                        "secretName",
                        plan.names().requestedCertificate(),
                        "secretTemplate",
                        Map.of("labels", Labels.of(plan)),
                        "dnsNames",
                        hosts,
                        "privateKey",
                        Map.of("algorithm", "ECDSA", "size", 256, "rotationPolicy", "Always"),
                        "usages",
                        List.of("digital signature", "server auth"),
                        "issuerRef",
                        Map.of("name", issuer.name(), "kind", issuer.kind(), "group", issuer.group()))));
        return certificate;
    }
}
