package io.redisroles.operator.plan;

/**
 * What planning needs to know of the installation.
 *
 * @param defaultImage for roles that name none
 * @param operatorNamespace whose operator pods may reach every Redis
 */
public record PlanSettings(String defaultImage, String operatorNamespace) {}
