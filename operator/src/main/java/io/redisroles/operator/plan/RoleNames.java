package io.redisroles.operator.plan;

/**
 * What the children of a role are called.
 *
 * @param role the RedisRole's name
 */
public record RoleNames(String role) {
    /** StatefulSet, ConfigMap, NetworkPolicy and, unless overridden, the Service. */
    public String base() {
        return "redis-" + role;
    }

    public String headlessService() {
        return base() + "-headless";
    }

    public String pod() {
        return base() + "-0";
    }

    /** As a StatefulSet with a claim template {@code data} would name it, so that such a set could adopt it. */
    public String volumeClaim() {
        return "data-" + pod();
    }

    public String aclSecret() {
        return base() + "-acl";
    }

    /** The one Secret that is created once and then only read; all others are derived from it. */
    public String credentialsSecret() {
        return base() + "-credentials";
    }

    /** What Redis serves: its certificate, its key, and who is to be believed about it. */
    public String certificateSecret() {
        return base() + "-tls";
    }

    /** The authority of the role's own, with its key; mounted nowhere. */
    public String authoritySecret() {
        return base() + "-ca";
    }

    /** Every client's certificate and key; mounted nowhere, and what clients get is made of it. */
    public String clientsSecret() {
        return base() + "-clients";
    }

    /** What is requested of cert-manager, and the Secret that it writes. */
    public String requestedCertificate() {
        return base() + "-certificate";
    }

    public String bindingSecret(String consumer) {
        return base() + "." + consumer;
    }

    /** The ACL user of a policy. */
    public static String policyUser(String policy) {
        return "_policy." + policy;
    }

    /** ConfigMap and Secret of a policy. */
    public static String policyObjects(String policy) {
        return "policy-" + policy;
    }
}
