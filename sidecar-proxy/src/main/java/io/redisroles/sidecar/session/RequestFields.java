package io.redisroles.sidecar.session;

import java.util.List;

/** The header fields of a request. */
@FunctionalInterface
public interface RequestFields {
    /** The values of all fields of that name, in any case, in order. */
    List<String> values(String name);
}
