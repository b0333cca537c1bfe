package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How connections to a role are encrypted. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "(self.mode == 'Secret') == has(self.secret)",
        message = "spec.tls.secret goes with mode Secret, and only with it: write mode: Secret and secret: {name: ...}")
@ValidationRule(
        value = "(self.mode == 'CertManager') == has(self.certManager)",
        message = "spec.tls.certManager goes with mode CertManager, and only with it: write mode: CertManager and"
                + " certManager: {issuerRef: {name: ...}}")
@ValidationRule(
        value = "!has(self.clientCertificates) || self.clientCertificates != 'Required' || self.mode == 'Managed'",
        message =
                "spec.tls.clientCertificates: Required goes with mode Managed, whose authority is the role's own and issues"
                        + " them: write mode: Managed, or leave clientCertificates out")
public record RoleTls(
        @Required
        @JsonPropertyDescription(
                "Disabled, Managed (an authority of the role's own), CertManager (a Certificate is requested) or Secret"
                        + " (tls.crt, tls.key and ca.crt of a Secret that you keep).")
        TlsMode mode,

        @JsonPropertyDescription("Mode Secret: where the certificate is.") @Nullable
        SecretName secret,

        @JsonPropertyDescription("Mode CertManager: who issues the certificate.") @Nullable
        RequestedCertificate certManager,

        @JsonPropertyDescription(
                "Disabled, or Required: Redis refuses connections without a certificate of the role's authority. Each consumer's"
                        + " is in its binding Secret. Disabled if absent.")
        @Nullable
        ClientCertificateDemand clientCertificates) {

    /** A Secret of the role's namespace. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record SecretName(
            @Required @Size(max = 253) @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
            String name) {}

    /** What cert-manager needs to know. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record RequestedCertificate(@Required IssuerRef issuerRef) {}

    /** Who issues. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record IssuerRef(
            @Required @Size(max = 253) @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
            String name,

            @JsonPropertyDescription("Issuer if absent.") @Size(max = 63) @Pattern("^[A-Za-z0-9]+$") @Nullable
            String kind,

            @JsonPropertyDescription("cert-manager.io if absent.")
            @Size(max = 253)
            @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
            @Nullable
            String group) {}
}
