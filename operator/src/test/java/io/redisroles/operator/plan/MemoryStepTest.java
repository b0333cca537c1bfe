package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.EvictionPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryStepTest {
    private static final MemoryPlan SMALL = evicting(256, 448);
    private static final MemoryPlan LARGE = evicting(512, 896);

    @Test
    void whatIsNotThereYetIsMadeAsWished() {
        // When
        MemoryStep step = MemoryStep.towards(LARGE, MemoryStep.Present.NOTHING);

        // Then
        assertThat(step).isEqualTo(new MemoryStep(LARGE, mi(512), false, Optional.empty()));
    }

    @Test
    void growingRaisesTheLimitFirst() {
        // When the container still has its old limit
        MemoryStep first = MemoryStep.towards(LARGE, present(10, 256, 256, 448, 448));

        // Then template and file are as wished, the running server is not
        assertThat(first.now()).isEqualTo(LARGE);
        assertThat(first.live()).isEqualTo(mi(256));
        assertThat(first.held())
                .hasValueSatisfying(held -> assertThat(held.message())
                        .isEqualTo("maxmemory stays at 256Mi until the container has its limit of 896Mi"))
                .hasValueSatisfying(held -> assertThat(held.refused()).isFalse());

        // When it has its new one
        MemoryStep second = MemoryStep.towards(LARGE, present(10, 256, 512, 896, 896));

        // Then
        assertThat(second).isEqualTo(new MemoryStep(LARGE, mi(512), false, Optional.empty()));
    }

    @Test
    void aServerThatStartedWithTheNewFileInTheOldContainerIsHeldBack() {
        // When
        MemoryStep step = MemoryStep.towards(LARGE, present(10, 512, 512, 896, 448));

        // Then it gets no more than the container bears
        assertThat(step.live()).isEqualTo((long) (mi(448) * 0.8));
    }

    @Test
    void shrinkingLowersTheLimitLast() {
        // When
        MemoryStep first = MemoryStep.towards(SMALL, present(400, 512, 512, 896, 896));

        // Then
        assertThat(first.live()).isEqualTo(mi(256));
        assertThat(first.now().containerLimit())
                .as("keys are still being evicted")
                .isEqualTo(mi(896));

        // When
        MemoryStep second = MemoryStep.towards(SMALL, present(250, 256, 256, 896, 896));

        // Then
        assertThat(second.now()).isEqualTo(SMALL);
    }

    @Test
    void aRoleThatNeverEvictsDoesNotShrinkBelowWhatItUses() {
        // Given
        MemoryPlan wished = new MemoryPlan(mi(128), EvictionPolicy.NOEVICTION, mi(320));

        // When
        MemoryStep refused = MemoryStep.towards(wished, present(150, 256, 256, 576, 576));

        // Then
        assertThat(refused.live()).isEqualTo(mi(128));
        assertThat(refused.sparing()).isTrue();
        assertThat(refused.now().maxMemory()).isEqualTo(mi(256));
        assertThat(refused.now().containerLimit()).isEqualTo(mi(576));
        assertThat(refused.held()).hasValueSatisfying(held -> {
            assertThat(held.refused()).isTrue();
            assertThat(held.message()).contains("stays at 256Mi").contains("128Mi is less than is used");
        });

        // When records were deleted
        MemoryStep next = MemoryStep.towards(wished, present(100, 256, 256, 576, 576));

        // Then redis.conf waits for the server, which may have got records since
        assertThat(next.now().maxMemory()).isEqualTo(mi(256));
        assertThat(next.sparing()).isTrue();
        assertThat(next.held())
                .hasValueSatisfying(held -> assertThat(held.refused()).isFalse());

        // When the server has less
        MemoryStep done = MemoryStep.towards(wished, present(100, 128, 256, 576, 576));

        // Then
        assertThat(done).isEqualTo(new MemoryStep(wished, mi(128), false, Optional.empty()));
    }

    @Test
    void ofAServerThatWasNotAskedNobodyKnowsWhatItUses() {
        // Given
        MemoryPlan wished = new MemoryPlan(mi(128), EvictionPolicy.NOEVICTION, mi(320));

        // When
        MemoryStep step = MemoryStep.towards(
                wished,
                new MemoryStep.Present(
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(mi(256)),
                        Optional.of(mi(576)),
                        Optional.of(mi(576))));

        // Then
        assertThat(step.now().maxMemory()).isEqualTo(mi(256));
        assertThat(step.sparing()).isTrue();
        assertThat(step.held())
                .hasValueSatisfying(held -> assertThat(held.refused()).isFalse());
    }

    @Test
    void aPodThatFitsOnNoNodeIsMadeSmallerAtOnce() {
        // When a size that was a slip is taken back
        MemoryStep step = MemoryStep.towards(
                new MemoryPlan(mi(128), EvictionPolicy.NOEVICTION, mi(320)),
                new MemoryStep.Present(
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(Bytes.TI),
                        Optional.of(2 * Bytes.TI),
                        Optional.of(2 * Bytes.TI)));

        // Then
        assertThat(step.now().containerLimit()).isEqualTo(mi(320));
        assertThat(step.held()).isEmpty();
    }

    private static MemoryPlan evicting(long maxMemory, long limit) {
        return new MemoryPlan(mi(maxMemory), EvictionPolicy.ALLKEYS_LRU, mi(limit));
    }

    private static MemoryStep.Present present(long used, long max, long configured, long template, long pod) {
        return new MemoryStep.Present(
                true,
                Optional.of(mi(used)),
                Optional.of(mi(max)),
                Optional.of(mi(configured)),
                Optional.of(mi(template)),
                Optional.of(mi(pod)));
    }

    private static long mi(long mebibytes) {
        return mebibytes * Bytes.MI;
    }
}
