package io.redisroles.api.v1alpha1;

/**
 * Why a resource's spec could not be read: it was written for another version of the CRD.
 *
 * @param field path of the field, for example {@code spec.memory.evictionPolicy}
 * @param message the value and what this version expects
 */
public record Unreadable(String field, String message) {}
