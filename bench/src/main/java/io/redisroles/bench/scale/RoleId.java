package io.redisroles.bench.scale;

/**
 * One role of the fleet.
 *
 * @param namespace of it
 * @param name of it
 */
record RoleId(String namespace, String name) {

    /** Name of its children: StatefulSet, ConfigMap, Service. */
    String base() {
        return "redis-" + name;
    }

    String pod() {
        return base() + "-0";
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
