package io.redisroles.operator.shard;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The other releases of the chart in this cluster. Each has one webhook configuration, which nobody but an administrator can
 * write, and its annotation {@value #SELECTOR} says which namespaces the release looks after. Where two look after one namespace,
 * the older does.
 *
 * @param client to read with
 * @param ownNamespace of this operator
 */
record OtherReleases(KubernetesClient client, String ownNamespace) {
    /** A label selector in JSON; all namespaces if absent. */
    static final String SELECTOR = "redisroles.io/namespace-selector";

    private static final String NAME = "app.kubernetes.io/name";
    private static final String OPERATOR = "redis-roles-operator";

    /**
     * What one release says of itself.
     *
     * @param namespace of its operator
     * @param created when, in RFC 3339
     * @param selector of namespaces; all if it is empty
     */
    private record Release(String namespace, String created, LabelSelector selector) {
        static final Comparator<Release> BY_AGE =
                Comparator.comparing(Release::created).thenComparing(Release::namespace);
    }

    /**
     * What an older release looks after.
     *
     * @param operator its namespace
     * @param selector as it announced it
     * @param namespaces that match now
     */
    record Claim(String operator, LabelSelector selector, Set<String> namespaces) {
        Claim {
            namespaces = Set.copyOf(namespaces);
        }

        /** Whether it is what the same release announced, whatever matches. */
        boolean isAsAnnouncedIn(Claim other) {
            return operator.equals(other.operator) && selector.equals(other.selector);
        }
    }

    /** What the older releases look after, the oldest first. */
    List<Claim> older() {
        List<Release> releases = client
                .admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withLabel(NAME, OPERATOR)
                .list()
                .getItems()
                .stream()
                .flatMap(configuration -> release(configuration).stream())
                .sorted(Release.BY_AGE)
                .toList();
        return releases.stream()
                .takeWhile(release -> !release.namespace.equals(ownNamespace))
                .map(release -> new Claim(release.namespace, release.selector, matching(release.selector)))
                .toList();
    }

    private Set<String> matching(LabelSelector selector) {
        return client.namespaces().withLabelSelector(selector).list().getItems().stream()
                .map(namespace -> namespace.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    private static Optional<Release> release(MutatingWebhookConfiguration configuration) {
        return configuration.getWebhooks().stream()
                .flatMap(
                        webhook -> Optional.ofNullable(webhook.getClientConfig().getService()).stream())
                .findFirst()
                .map(service -> new Release(
                        service.getNamespace(),
                        configuration.getMetadata().getCreationTimestamp(),
                        Optional.ofNullable(configuration.getMetadata().getAnnotations())
                                .map((Map<String, String> annotations) -> annotations.get(SELECTOR))
                                .flatMap(OtherReleases::selector)
                                .orElseGet(LabelSelector::new)));
    }

    /** What cannot be read may mean any namespace, so it means all. */
    private static Optional<LabelSelector> selector(String json) {
        try {
            return SelectorText.read(json);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
