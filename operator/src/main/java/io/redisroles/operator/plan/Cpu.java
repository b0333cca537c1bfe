package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Amounts of CPU as the API server writes them: whole cores, else thousandths. */
final class Cpu {
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

    private Cpu() {}

    /** The canonical form; what is wrong becomes a problem of {@code field}. */
    static Quantity orProblem(String field, Quantity quantity, List<Problem> problems) {
        try {
            BigDecimal thousandths =
                    quantity.getNumericalAmount().multiply(THOUSAND).setScale(0, RoundingMode.UP);
            if (thousandths.signum() > 0) {
                BigDecimal[] cores = thousandths.divideAndRemainder(THOUSAND);
                return new Quantity(cores[1].signum() == 0 ? cores[0].toPlainString() : thousandths + "m");
            }
        } catch (IllegalArgumentException e) {
            // Said below, in the same words.
        }
        problems.add(new Problem(field, "\"" + quantity + "\" is not an amount of CPU (expected for example 250m)"));
        return quantity;
    }
}
