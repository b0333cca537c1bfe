package io.redisroles.operator.plan;

/**
 * Something in a resource that cannot be done as written.
 *
 * @param field its path, for example {@code spec.memory.maxMemory}
 * @param message the value, what was expected and what to write instead
 */
public record Problem(String field, String message) {
    @Override
    public String toString() {
        return field + ": " + message;
    }
}
