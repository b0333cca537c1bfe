package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicySpec;
import io.redisroles.api.v1alpha1.Interception;
import io.redisroles.api.v1alpha1.SessionSpec;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.StoreName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a policy asks of pods.
 *
 * @param name of the AccessPolicy
 * @param created when the AccessPolicy was, in RFC 3339; of two that select one pod the older wins
 * @param selector of the pods
 * @param interception how connections come to the sidecar
 * @param ports that are intercepted; empty if each pod's own ports say it
 * @param opaquePorts that never are
 * @param credentials the keys of the policy's Secret that its sidecars read
 * @param jwks the Secret with an issuer's keys, if there is one
 * @param restartFacts all that a running sidecar cannot change: where it differs, a pod must be made anew
 * @param obstacle why a sidecar of this policy could not start; empty if it can
 */
public record PolicyTarget(
        String name,
        String created,
        LabelSelector selector,
        Interception interception,
        List<Integer> ports,
        List<Integer> opaquePorts,
        List<String> credentials,
        Optional<JwksSecret> jwks,
        String restartFacts,
        Optional<String> obstacle) {
    /** The older first, as the one that wins. */
    public static final Comparator<PolicyTarget> OLDEST_FIRST =
            Comparator.comparing(PolicyTarget::created).thenComparing(PolicyTarget::name);

    public PolicyTarget {
        ports = List.copyOf(ports);
        opaquePorts = List.copyOf(opaquePorts);
        credentials = List.copyOf(credentials);
    }

    /** A key of a Secret. */
    public record JwksSecret(String name, String key) {}

    /** What the policy asks; empty if its frame cannot be read or it is going away. */
    static Optional<PolicyTarget> of(AccessPolicy policy, PlanResult<PolicyPlan> result) {
        if (policy.isMarkedForDeletion()
                || policy.unreadable().isPresent()
                || !PolicyChecks.of(policy).isEmpty()) {
            return Optional.empty();
        }
        AccessPolicySpec spec = policy.getSpec();
        Map<StoreName, String> stores = new TreeMap<>(PolicyPlanner.references(spec));
        Interception interception = Optional.ofNullable(spec.interception()).orElse(Interception.REDIRECT);
        Optional<JwksSecret> jwks = jwks(spec);
        String facts = interception + " " + spec.ports() + " " + spec.opaquePorts() + " " + jwks + " "
                + result.plan().map(PolicyTarget::addresses).orElse("");
        return Optional.of(new PolicyTarget(
                policy.getMetadata().getName(),
                Optional.ofNullable(policy.getMetadata().getCreationTimestamp()).orElse(""),
                spec.selector(),
                interception,
                spec.ports(),
                spec.opaquePorts(),
                credentials(stores, result.plan()),
                jwks,
                facts,
                result.plan().isPresent() ? Optional.empty() : Optional.of(PlanResult.describe(result.problems()))));
    }

    /** A policy that was accepted before: its sidecars start with what was written then. */
    public PolicyTarget withLastGood() {
        return new PolicyTarget(
                name,
                created,
                selector,
                interception,
                ports,
                opaquePorts,
                credentials,
                jwks,
                restartFacts,
                Optional.empty());
    }

    /** Whether the policy's selector selects {@code pod}. */
    public boolean selects(Pod pod) {
        return PodSelection.matches(selector, PodSelection.labels(pod));
    }

    /** Which Redis, field by field: a field that a later release adds must restart no pod. */
    private static String addresses(PolicyPlan plan) {
        return new TreeMap<>(plan.config().staticSection().stores())
                .entrySet().stream()
                        .map(store -> store.getKey() + "=" + store.getValue().role() + "@"
                                + store.getValue().address() + " "
                                + store.getValue().username()
                                + (store.getValue().authorityFile().isEmpty() ? "" : " encrypted"))
                        .collect(Collectors.joining(" "));
    }

    private static List<String> credentials(Map<StoreName, String> stores, Optional<PolicyPlan> plan) {
        List<String> keys = new ArrayList<>();
        stores.keySet().forEach(store -> keys.add(ContractPaths.passwordKey(store)));
        plan.ifPresent(known -> new TreeMap<>(known.roles()).forEach((store, role) -> {
            if (role.tls().isPresent()) {
                keys.add(ContractPaths.authorityKey(store));
                keys.add(ContractPaths.identityKey(store));
            }
        }));
        if (stores.containsKey(StoreName.LIMITS) || stores.containsKey(StoreName.SESSIONS)) {
            keys.add(ContractPaths.IDENTIFIER_KEY);
        }
        return keys;
    }

    private static Optional<JwksSecret> jwks(AccessPolicySpec spec) {
        return Optional.ofNullable(spec.session())
                .map(SessionSpec::jwt)
                .map(SessionSpec.Jwt::jwks)
                .map(SessionSpec.Jwks::secret)
                .map(secret -> new JwksSecret(secret.name(), secret.key()));
    }
}
