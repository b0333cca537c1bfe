package io.redisroles.operator.plan;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The version of a server, as far as it is known.
 *
 * @param product whose numbers they are
 * @param numbers major, minor, patch; one to three of them
 */
public record RedisVersion(Product product, List<Integer> numbers) {
    /** Both write the same files up to Redis 7.2. */
    public enum Product {
        /** Redis. */
        REDIS,
        /** Valkey. */
        VALKEY
    }

    private static final Pattern TOLD = Pattern.compile("((?i)valkey )?([0-9]{1,4}(\\.[0-9]{1,4}){0,2})([^0-9.].*)?");
    private static final Pattern IMAGE =
            Pattern.compile("(.*/)?(redis|valkey):v?([0-9]{1,4}(\\.[0-9]{1,4}){0,2})([^0-9.][^/@]*)?(@.*)?");

    private static final RedisVersion REDIS_7_2 = new RedisVersion(Product.REDIS, List.of(7, 2));
    private static final RedisVersion REDIS_7_4 = new RedisVersion(Product.REDIS, List.of(7, 4));
    private static final RedisVersion VALKEY_9 = new RedisVersion(Product.VALKEY, List.of(9));

    public RedisVersion {
        numbers = List.copyOf(numbers);
    }

    /** From what a server said and {@code status.redisVersion} has, for example {@code 7.2.7} or {@code Valkey 8.0.1}. */
    public static Optional<RedisVersion> told(String text) {
        Matcher matcher = TOLD.matcher(text);
        return matcher.matches()
                ? Optional.of(of(matcher.group(1) == null ? Product.REDIS : Product.VALKEY, matcher.group(2)))
                : Optional.empty();
    }

    /**
     * From an image's tag. Empty for a digest alone, for {@code latest}, and for repositories that are not called redis or
     * valkey: their tags may count something else.
     */
    public static Optional<RedisVersion> ofImage(String image) {
        Matcher matcher = IMAGE.matcher(image);
        return matcher.matches()
                ? Optional.of(of(matcher.group(2).equals("valkey") ? Product.VALKEY : Product.REDIS, matcher.group(3)))
                : Optional.empty();
    }

    /**
     * Whether a server of this version reads the files that one of {@code before} may have written. Numbers that are not known
     * are given the benefit of the doubt: a tag such as 7 moves.
     */
    public boolean mayFollow(RedisVersion before) {
        if (product == before.product) {
            return compareTo(before) >= 0;
        }
        // Redis 7.4 and Valkey 9 write files that the other does not read; up to then Valkey writes those of Redis 7.2.
        return product == Product.VALKEY
                ? before.compareTo(REDIS_7_4) < 0
                : before.compareTo(VALKEY_9) < 0 && compareTo(REDIS_7_2) >= 0;
    }

    private static RedisVersion of(Product product, String numbers) {
        return new RedisVersion(
                product,
                Stream.of(numbers.split("\\.", -1)).map(Integer::valueOf).toList());
    }

    /** By the numbers that both have. */
    private int compareTo(RedisVersion other) {
        return IntStream.range(0, Math.min(numbers.size(), other.numbers.size()))
                .map(i -> Integer.compare(numbers.get(i), other.numbers.get(i)))
                .filter(difference -> difference != 0)
                .findFirst()
                .orElse(0);
    }

    @Override
    public String toString() {
        String text = String.join(".", numbers.stream().map(String::valueOf).toList());
        return product == Product.VALKEY ? "Valkey " + text : text;
    }
}
