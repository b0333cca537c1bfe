package io.redisroles.operator.admission;

import java.time.Duration;

/** Is told of each answer to a review; from any thread. */
public interface AnsweredReviews {
    /**
     * One was given.
     *
     * @param webhook the path that was asked
     * @param outcome {@code unchanged}, {@code patched}, {@code refused} or {@code failed}
     * @param taken from the head of the request to the last byte of the answer
     */
    void answered(String webhook, String outcome, Duration taken);
}
