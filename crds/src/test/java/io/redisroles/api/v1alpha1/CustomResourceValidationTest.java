package io.redisroles.api.v1alpha1;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@ApiServerTest
class CustomResourceValidationTest {
    /** What the server adds when it did not run its rules; not a reason of its own. */
    private static final String NOT_CHECKED = "some validation rules were not checked";

    private static final Pattern SEPARATOR = Pattern.compile("^---\n", Pattern.MULTILINE);
    private static final Pattern NAMESPACE = Pattern.compile("^ {2}namespace: .*\n", Pattern.MULTILINE);

    private final RealApiServer server;

    CustomResourceValidationTest(RealApiServer server) {
        this.server = server;
    }

    @BeforeAll
    static void applyCrds(RealApiServer server) {
        server.applyCrds();
    }

    static Stream<Fixture> fixtures() {
        return Stream.of("redisrole", "accesspolicy").flatMap(kind -> Fixture.of(kind).stream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void eachDocumentIsAcceptedOrRefusedForExactlyTheReasonItNames(Fixture fixture) {
        String namespace = server.newNamespace();
        for (Fixture.Step step : fixture.steps()) {
            if (step.expectations().isEmpty()) {
                write(namespace, step.yaml());
            } else {
                List<String> reasons = refusal(namespace, step.yaml());
                assertThat(reasons).as(step.yaml()).hasSameSizeAs(step.expectations());
                for (Fixture.Expectation expectation : step.expectations()) {
                    assertThat(reasons)
                            .as(step.yaml())
                            .anySatisfy(reason -> assertThat(reason)
                                    .startsWith(expectation.field() + ": ")
                                    .contains(expectation.text()));
                }
            }
        }
    }

    static Stream<Path> samples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("..", "samples"), 2)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySampleIsAccepted(Path file) throws IOException {
        String namespace = server.newNamespace();
        SEPARATOR
                .splitAsStream(Files.readString(file))
                .forEach(
                        document -> write(namespace, NAMESPACE.matcher(document).replaceFirst("")));
    }

    private List<String> refusal(String namespace, String yaml) {
        KubernetesClientException refused =
                catchThrowableOfType(KubernetesClientException.class, () -> write(namespace, yaml));
        assertThat(refused)
                .as("accepted, but expected to be refused:%n%s", yaml)
                .isNotNull();
        assertThat(refused.getCode()).as(refused.getMessage()).isEqualTo(422);
        return refused.getStatus().getDetails().getCauses().stream()
                .filter(cause -> !cause.getMessage().contains(NOT_CHECKED))
                .map(CustomResourceValidationTest::describe)
                .toList();
    }

    private static String describe(StatusCause cause) {
        String field = cause.getField() == null || cause.getField().equals("<nil>") ? "" : cause.getField();
        return field + ": " + cause.getMessage();
    }

    /** Creates or replaces, as `kubectl replace` would: unknown fields are refused. */
    private void write(String namespace, String yaml) {
        GenericKubernetesResource object =
                server.client().getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class);
        NonNamespaceOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>> objects =
                server.client()
                        .genericKubernetesResources(object.getApiVersion(), object.getKind())
                        .inNamespace(namespace);
        GenericKubernetesResource existing =
                objects.withName(object.getMetadata().getName()).get();
        if (existing == null) {
            objects.resource(object)
                    .fieldValidation(FieldValidateable.Validation.STRICT)
                    .create();
        } else {
            object.getMetadata().setResourceVersion(existing.getMetadata().getResourceVersion());
            objects.resource(object)
                    .fieldValidation(FieldValidateable.Validation.STRICT)
                    .update();
        }
    }
}
