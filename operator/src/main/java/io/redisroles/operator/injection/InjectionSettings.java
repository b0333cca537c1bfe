package io.redisroles.operator.injection;

/**
 * What injection needs to know of the installation.
 *
 * @param sidecarImage of the sidecar, unless the pod names another
 * @param redirectImage of the init container that sets the netfilter rules
 * @param cluster what the API server is capable of
 */
public record InjectionSettings(String sidecarImage, String redirectImage, Capabilities cluster) {
    /**
     * What depends on Kubernetes' version.
     *
     * @param nativeSidecars init containers that keep running (1.29): they start before the app, end after it, and let jobs finish
     * @param sleepHook {@code preStop.sleep} (1.30), which needs no program in the app's image
     */
    public record Capabilities(boolean nativeSidecars, boolean sleepHook) {
        /** Of Kubernetes 1.{@code minor}. */
        public static Capabilities of(int minor) {
            return new Capabilities(minor >= 29, minor >= 30);
        }
    }
}
