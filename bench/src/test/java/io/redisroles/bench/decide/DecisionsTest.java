package io.redisroles.bench.decide;

import io.redisroles.sidecar.limit.LimitDecision;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** That each benchmark measures the decision that its name says. */
class DecisionsTest {
    private final Decisions decisions = new Decisions();

    @Test
    void theLastRuleIsFound() {
        assertThat(decisions.ruleOfTwenty())
                .hasValueSatisfying(rule -> assertThat(rule.rule().name()).isEqualTo("rule19"));
    }

    @Test
    void memoryAdmits() {
        assertThat(decisions.slidingWindow().source()).isEqualTo(LimitDecision.Source.LOCAL);
        assertThat(decisions.slidingWindow().admitted()).isTrue();
        assertThat(decisions.tokenBucket().source()).isEqualTo(LimitDecision.Source.LOCAL);
        assertThat(decisions.tokenBucket().admitted()).isTrue();
    }

    @Test
    void aLeasePaysForAHotSubject() {
        assertThat(Stream.generate(decisions::lease).limit(1000).skip(900))
                .allSatisfy(decision -> assertThat(decision.source()).isEqualTo(LimitDecision.Source.LEASE));
    }

    @Test
    void aKnownRefusalComesFromMemory() {
        decisions.refusal();

        assertThat(decisions.refusal().source()).isEqualTo(LimitDecision.Source.CACHE);
        assertThat(decisions.refusal().admitted()).isFalse();
    }
}
