package io.redisroles.sample;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a user has paid for. */
enum Tier {
    FREE,
    PRO;

    static Optional<Tier> named(String text) {
        return Arrays.stream(values()).filter(tier -> tier.text().equals(text)).findFirst();
    }

    /** As in JSON and Redis. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
