package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the API server, in the webhook configurations, whom to trust; again whenever somebody changed that.
 *
 * @param client to read and write the configurations with
 * @param operatorNamespace of the release that they belong to
 */
record TrustedAuthorities(KubernetesClient client, String operatorNamespace) {
    private static final Logger log = LoggerFactory.getLogger(TrustedAuthorities.class);

    /** The name of the release's MutatingWebhookConfiguration: those of a cluster's releases do not meet. */
    static String mutating(String operatorNamespace) {
        return "redis-roles-inject." + operatorNamespace;
    }

    /** The name of its ValidatingWebhookConfiguration. */
    static String validating(String operatorNamespace) {
        return "redis-roles-validate." + operatorNamespace;
    }

    /** Writes {@code pem} where it is not yet; a configuration that is not there is left to whoever installs it. */
    void publish(String pem) {
        String bundle = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
        Optional.ofNullable(client.admissionRegistration()
                        .v1()
                        .mutatingWebhookConfigurations()
                        .withName(mutating(operatorNamespace))
                        .get())
                .filter(known -> differs(known, bundle))
                .ifPresent(known -> {
                    known.getWebhooks()
                            .forEach(webhook -> webhook.getClientConfig().setCaBundle(bundle));
                    write(known);
                });
        Optional.ofNullable(client.admissionRegistration()
                        .v1()
                        .validatingWebhookConfigurations()
                        .withName(validating(operatorNamespace))
                        .get())
                .filter(known -> differs(known, bundle))
                .ifPresent(known -> {
                    known.getWebhooks()
                            .forEach(webhook -> webhook.getClientConfig().setCaBundle(bundle));
                    write(known);
                });
    }

    /** Another replica that is faster writes the same; what somebody else wrote is looked at in the next round. */
    private void write(HasMetadata configuration) {
        String name = configuration.getMetadata().getName();
        try {
            client.resource(configuration).lockResourceVersion().update();
            log.atInfo().addKeyValue("configuration", name).log("wrote the webhook's authority");
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            log.atInfo().addKeyValue("configuration", name).log("somebody else wrote it at the same time");
        }
    }

    private static boolean differs(MutatingWebhookConfiguration known, String bundle) {
        return differ(
                known.getWebhooks().stream()
                        .map(webhook -> webhook.getClientConfig().getCaBundle()),
                bundle);
    }

    private static boolean differs(ValidatingWebhookConfiguration known, String bundle) {
        return differ(
                known.getWebhooks().stream()
                        .map(webhook -> webhook.getClientConfig().getCaBundle()),
                bundle);
    }

    private static boolean differ(Stream<String> bundles, String bundle) {
        return bundles.anyMatch(known -> !bundle.equals(known));
    }
}
