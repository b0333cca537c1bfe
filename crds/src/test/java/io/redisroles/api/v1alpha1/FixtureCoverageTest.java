package io.redisroles.api.v1alpha1;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FixtureCoverageTest {
    @ParameterizedTest
    @CsvSource({"redisrole, redisroles.redisroles.io", "accesspolicy, accesspolicies.redisroles.io"})
    void everyRuleOfACrdIsBrokenBySomeFixture(String directory, String crd) {
        List<Fixture.Expectation> expectations =
                Fixture.of(directory).stream().flatMap(Fixture::expectations).toList();

        List<CrdSchema.Rule> uncovered = CrdSchema.of(crd).rules().stream()
                .filter(rule -> expectations.stream().noneMatch(rule::isNamedBy))
                .toList();

        assertThat(uncovered).as("rules without an invalid fixture").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"redisrole, redisroles.redisroles.io", "accesspolicy, accesspolicies.redisroles.io"})
    void everyFixtureNamesOneRuleForEachRefusal(String directory, String crd) {
        List<CrdSchema.Rule> rules = CrdSchema.of(crd).rules();

        assertThat(Fixture.of(directory)).allSatisfy(fixture -> {
            assertThat(fixture.expectations().findAny().isPresent())
                    .as("a file is named invalid- because it has a refusal")
                    .isEqualTo(fixture.isInvalid());
            assertThat(fixture.expectations())
                    .allSatisfy(expectation -> assertThat(rules)
                            .filteredOn(rule -> rule.isNamedBy(expectation))
                            .as(expectation.toString())
                            .hasSize(1));
        });
    }

    @ParameterizedTest
    @CsvSource({"redisroles.redisroles.io", "accesspolicies.redisroles.io"})
    void whatAUserWritesIsBounded(String crd) {
        assertThat(CrdSchema.of(crd).unbounded())
                .as("lists, maps and texts without an upper bound, but those that are copied unread into the pod")
                .filteredOn(path -> !path.matches(".*(scheduling|annotations|imagePullSecrets).*"))
                .isEmpty();
    }
}
