package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import java.util.List;
import java.util.Map;

/** Terms of limits, for tests. */
public final class TestLimits {
    private TestLimits() {}

    static Terms terms(Algorithm algorithm, long requests) {
        return terms(algorithm, Amount.of(requests), 1, LimitMode.ENFORCE);
    }

    static Terms terms(Algorithm algorithm, Amount amount, long cost, LimitMode mode) {
        return terms(algorithm, amount, cost, mode, OnStoreFailure.LOCAL);
    }

    public static Terms terms(
            Algorithm algorithm, Amount amount, long cost, LimitMode mode, OnStoreFailure onStoreFailure) {
        return new Terms(
                new Limit(
                        "limit",
                        List.of(SubjectPart.IP),
                        amount,
                        algorithm,
                        cost,
                        LimitUnit.REQUEST,
                        mode,
                        Map.of(),
                        onStoreFailure),
                amount);
    }
}
