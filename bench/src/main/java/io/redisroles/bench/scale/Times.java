package io.redisroles.bench.scale;

import java.time.Duration;
import java.util.List;

/**
 * How long something took, again and again.
 *
 * @param all at least one
 */
record Times(List<Duration> all) {
    Times {
        all = all.stream().sorted().toList();
    }

    /** The time within which this share of them, 0 to 1, was done. */
    Duration quantile(double share) {
        return all.get((int) Math.min(all.size() - 1L, Math.round(Math.ceil(share * all.size())) - 1));
    }

    Duration worst() {
        return all.get(all.size() - 1);
    }
}
