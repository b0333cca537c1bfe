package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * The webhook configurations of the chart on an API server, but for where they point.
 *
 * @param client that may write them
 */
record InstalledWebhooks(KubernetesClient client) {
    /** Of the release that they are of. */
    static final String NAMESPACE = "default";

    /** Has the API server ask a port of this machine from now on. */
    void pointTo(int port) {
        for (String document : manifest().split("(?m)^---$", -1)) {
            if (document.contains("kind: MutatingWebhookConfiguration")) {
                MutatingWebhookConfiguration known =
                        client.getKubernetesSerialization().unmarshal(document, MutatingWebhookConfiguration.class);
                known.getWebhooks().forEach(webhook -> point(webhook.getClientConfig(), port));
                client.resource(known).forceConflicts().serverSideApply();
            } else if (document.contains("kind: ValidatingWebhookConfiguration")) {
                ValidatingWebhookConfiguration known =
                        client.getKubernetesSerialization().unmarshal(document, ValidatingWebhookConfiguration.class);
                known.getWebhooks().forEach(webhook -> point(webhook.getClientConfig(), port));
                client.resource(known).forceConflicts().serverSideApply();
            }
        }
    }

    /** Has it trust these authorities and no others, as cert-manager does. */
    void trust(String pem) {
        String bundle = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
        MutatingWebhookConfiguration mutating = mutating();
        mutating.getWebhooks().forEach(webhook -> webhook.getClientConfig().setCaBundle(bundle));
        client.resource(mutating).update();
        ValidatingWebhookConfiguration validating = client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(TrustedAuthorities.validating(NAMESPACE))
                .get();
        validating.getWebhooks().forEach(webhook -> webhook.getClientConfig().setCaBundle(bundle));
        client.resource(validating).update();
    }

    /** Whom it trusts, in PEM. */
    String trusted() {
        return new String(
                Base64.getDecoder()
                        .decode(mutating()
                                .getWebhooks()
                                .get(0)
                                .getClientConfig()
                                .getCaBundle()),
                StandardCharsets.US_ASCII);
    }

    MutatingWebhookConfiguration mutating() {
        return client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(TrustedAuthorities.mutating(NAMESPACE))
                .get();
    }

    void remove() {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(TrustedAuthorities.mutating(NAMESPACE))
                .delete();
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(TrustedAuthorities.validating(NAMESPACE))
                .delete();
    }

    private static void point(WebhookClientConfig config, int port) {
        config.setUrl("https://127.0.0.1:" + port + config.getService().getPath());
        config.setService(null);
    }

    private static String manifest() {
        try {
            return Files.readString(Path.of("src/test/resources/webhook.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
