package io.redisroles.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What Helm makes of the chart, but for its hooks: those of {@code helm test} are tried on a cluster.
 *
 * @param objects in Helm's order
 */
record RenderedChart(List<HasMetadata> objects) {
    static final String NAMESPACE = "platform";
    /** The oldest Kubernetes that the chart says it is for. */
    private static final String OLDEST = "1.29.0";

    private static final String NEWEST = "1.35.0";

    static final Path CHART = Path.of(System.getProperty("repository.root"), "helm", "redis-roles");

    /** The release {@code redis-roles} in {@value #NAMESPACE}, with values as {@code key=value} for {@code --set}. */
    static RenderedChart with(String... values) {
        return on(NEWEST, NAMESPACE, values);
    }

    /** The same in another namespace. */
    static RenderedChart in(String namespace, String... values) {
        return on(NEWEST, namespace, values);
    }

    /** The same on the oldest Kubernetes. */
    static RenderedChart onOldest(String... values) {
        return on(OLDEST, NAMESPACE, values);
    }

    private static RenderedChart on(String kubernetes, String namespace, String... values) {
        TemplateCommand command = new Helm(CHART)
                .template()
                .withName("redis-roles")
                .withNamespace(namespace)
                .withKubeVersion(kubernetes);
        for (String value : values) {
            command.set(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        }
        KubernetesSerialization serialization = new KubernetesSerialization();
        return new RenderedChart(Stream.of(command.call().split("(?m)^---$"))
                .filter(document -> document.contains("kind:"))
                .map(document -> (HasMetadata) serialization.unmarshal(document))
                .toList());
    }

    /** The object of a kind and name; fails if there is none. */
    <T extends HasMetadata> T get(Class<T> kind, String name) {
        return of(kind).filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(kind.getSimpleName() + " " + name + " is not among " + names()));
    }

    <T extends HasMetadata> Stream<T> of(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** What is in no namespace, as {@code Kind/name}. */
    List<String> clusterwide() {
        return objects.stream()
                .filter(object -> object.getMetadata().getNamespace() == null)
                .map(object -> object.getKind() + "/" + object.getMetadata().getName())
                .toList();
    }

    /** All of it, as {@code Kind/name} or, outside of the release's namespace, {@code Kind/namespace/name}. */
    List<String> names() {
        return objects.stream()
                .map(object -> object.getKind() + "/"
                        + Optional.ofNullable(object.getMetadata().getNamespace())
                                .filter(namespace -> !namespace.equals(NAMESPACE))
                                .map(namespace -> namespace + "/")
                                .orElse("")
                        + object.getMetadata().getName())
                .toList();
    }
}
