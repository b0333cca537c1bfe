package io.redisroles.api.v1alpha1;

import java.util.Optional;

/** A resource that can say that its spec could not be read, instead of ending the informer that read it. */
public interface Lenient {
    /** Why the spec could not be read; empty if it was. Not part of the resource's JSON. */
    Optional<Unreadable> unreadable();

    /** Says that the spec could not be read and is therefore absent. */
    void markUnreadable(Unreadable why);
}
