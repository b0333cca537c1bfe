package io.redisroles.operator.plan;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Planner and CRD judge the same resources alike, on the CRD's own fixtures: what the API server accepts can be planned, and
 * what breaks a rule about meaning is refused where there is no API server too.
 */
class CrdAgreementTest {
    private static final Path FIXTURES = Path.of("..", "crds", "src", "test", "resources", "fixtures");
    private static final Pattern SEPARATOR = Pattern.compile("^---\n", Pattern.MULTILINE);

    /** Sizes and spellings; labels, which the API server knows; edits, which need the old object; and what the sidecar checks. */
    private static final Pattern NOT_THE_PLANNERS = Pattern.compile(
            "# expect: .*(Too (many|long)|ports: should have|should match|should be at least|Required value|Unsupported value|matchLabels is|"
                    + "In and NotIn need|spec.pod.labels is|a tier's name|are durations in|cannot be changed|can grow but|"
                    + "CIDR blocks|paths are matched|percent-encoding)");

    /**
     * One document of a fixture.
     *
     * @param name of the file
     * @param yaml of the object, with the comments that say why it is refused
     */
    record Document(String name, String yaml) {
        boolean isAccepted() {
            return !yaml.contains("# expect: ");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Document> roles() {
        return documents("redisrole");
    }

    static Stream<Document> policies() {
        return documents("accesspolicy");
    }

    @ParameterizedTest
    @MethodSource("roles")
    void rolesAreJudgedAlike(Document document) {
        assertAgreement(
                document,
                () -> Samples.planning(Serialization.unmarshal(document.yaml(), RedisRole.class))
                        .plan()
                        .isPresent());
    }

    @ParameterizedTest
    @MethodSource("policies")
    void policiesAreJudgedAlike(Document document) {
        assertAgreement(
                document,
                () -> PolicyPlanner.plan(
                                Serialization.unmarshal(document.yaml(), AccessPolicy.class),
                                name -> Optional.of(Samples.plan("{role: gateway}")))
                        .plan()
                        .isPresent());
    }

    private static void assertAgreement(Document document, BooleanSupplier planning) {
        assertThat(isPlanned(planning)).as(document.yaml()).isEqualTo(document.isAccepted());
    }

    /** A value of the wrong type is refused when it is read. */
    private static boolean isPlanned(BooleanSupplier planning) {
        try {
            return planning.getAsBoolean();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Stream<Document> documents(String kind) {
        try (Stream<Path> files = Files.list(FIXTURES.resolve(kind))) {
            return files.sorted().toList().stream()
                    .flatMap(CrdAgreementTest::split)
                    .filter(document ->
                            !NOT_THE_PLANNERS.matcher(document.yaml()).find());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Stream<Document> split(Path file) {
        try {
            return SEPARATOR
                    .splitAsStream(Files.readString(file))
                    .map(text -> new Document(String.valueOf(file.getFileName()), text));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
