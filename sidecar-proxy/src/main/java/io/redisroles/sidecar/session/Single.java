package io.redisroles.sidecar.session;

import java.util.List;

/**
 * What several places of a request say, as far as they agree.
 *
 * @param value the first that was seen; empty if none was
 * @param count 0 for none, 1 for one or several that agree, 2 if they differ
 */
record Single(String value, int count) {
    static final Single NONE = new Single("", 0);

    /** What fields of one name say, without blanks around it. */
    static Single of(List<String> values) {
        Single single = NONE;
        for (int i = 0; i < values.size(); i++) {
            single = single.and(values.get(i).strip());
        }
        return single;
    }

    Single and(String another) {
        if (count == 0) {
            return new Single(another, 1);
        }
        return another.equals(value) ? this : new Single(value, 2);
    }

    boolean isAbsent() {
        return count == 0;
    }

    /** Somebody has planted one, and which of them is the user's cannot be told. */
    boolean isAmbiguous() {
        return count > 1;
    }
}
