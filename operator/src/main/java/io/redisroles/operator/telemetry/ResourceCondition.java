package io.redisroles.operator.telemetry;

/**
 * One condition of one resource, without the resource's name.
 *
 * @param kind RedisRole or AccessPolicy
 * @param namespace of the resource
 * @param type of the condition
 * @param status True, False or Unknown
 */
public record ResourceCondition(String kind, String namespace, String type, String status) {}
