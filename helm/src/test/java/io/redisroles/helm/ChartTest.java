package io.redisroles.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** What each value of the chart does. */
class ChartTest {
    private static final String OPERATOR = "redis-roles-operator";

    @Test
    void helmFindsNothingToBlame() {
        // When
        LintResult result = new Helm(RenderedChart.CHART).lint().strict().call();

        // Then
        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"redisroles.yaml", "accesspolicies.yaml"})
    void theChartsCrdsAreTheGeneratedOnes(String name) throws IOException {
        String generated = Files.readString(Path.of(System.getProperty("repository.root"), "crds", "manifests")
                .resolve(name));
        Path copy = RenderedChart.CHART.resolve("files/crds").resolve(name);

        assertThat(copy)
                .as("cp crds/manifests/*.yaml helm/redis-roles/files/crds/")
                .content()
                .isEqualTo(generated);
    }

    @Test
    void crdsAreUpgradedWithTheReleaseAndStayWithoutIt() {
        assertThat(RenderedChart.with().of(CustomResourceDefinition.class))
                .extracting(crd -> crd.getMetadata().getName())
                .containsExactlyInAnyOrder("redisroles.redisroles.io", "accesspolicies.redisroles.io");
        assertThat(RenderedChart.with().of(CustomResourceDefinition.class))
                .allSatisfy(crd -> assertThat(crd.getMetadata().getAnnotations())
                        .containsEntry("helm.sh/resource-policy", "keep"));
        assertThat(RenderedChart.with("crds.install=false").of(CustomResourceDefinition.class))
                .isEmpty();
    }

    @Test
    void thereIsNothingInTheChartThatNoValueAskedFor() {
        assertThat(RenderedChart.with("webhook.enabled=false").names())
                .containsExactlyInAnyOrder(
                        "CustomResourceDefinition/redisroles.redisroles.io",
                        "CustomResourceDefinition/accesspolicies.redisroles.io",
                        "ServiceAccount/redis-roles-operator",
                        "ClusterRole/redis-roles-operator.platform",
                        "ClusterRoleBinding/redis-roles-operator.platform",
                        "Role/redis-roles-leader",
                        "RoleBinding/redis-roles-leader",
                        "ClusterRole/redis-roles-edit.platform",
                        "ClusterRole/redis-roles-view.platform",
                        "Deployment/redis-roles-operator",
                        "Service/redis-roles-operator",
                        "PodDisruptionBudget/redis-roles-operator",
                        "NetworkPolicy/redis-roles-operator",
                        "ValidatingAdmissionPolicy/redis-roles-deletion-guard.platform",
                        "ValidatingAdmissionPolicyBinding/redis-roles-deletion-guard.platform");
    }

    @Test
    void rolesThatKeepRecordsAreGuardedWhereTheClusterCan() {
        // Given
        String[] guard = {
            "ValidatingAdmissionPolicy/redis-roles-deletion-guard.platform",
            "ValidatingAdmissionPolicyBinding/redis-roles-deletion-guard.platform"
        };

        // Then
        assertThat(RenderedChart.with().names()).contains(guard);
        assertThat(RenderedChart.with("deletionGuard.enabled=false").names()).doesNotContain(guard);
        assertThat(RenderedChart.onOldest().names()).doesNotContain(guard);
    }

    @Test
    void twoReplicasStandForElectionAndSpread() {
        // When
        Deployment deployment = deployment();

        // Then
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(2);
        assertThat(container(deployment).getEnv())
                .filteredOn(variable -> variable.getName().equals("POD_NAME"))
                .singleElement()
                .satisfies(variable -> assertThat(
                                variable.getValueFrom().getFieldRef().getFieldPath())
                        .isEqualTo("metadata.name"));
        assertThat(pod(deployment).getTopologySpreadConstraints())
                .singleElement()
                .satisfies(spread -> assertThat(spread.getLabelSelector().getMatchLabels())
                        .containsEntry("app.kubernetes.io/name", OPERATOR));
        assertThat(deployment("topologySpreadConstraints[0].topologyKey=zone")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getTopologySpreadConstraints())
                .singleElement()
                .extracting("topologyKey")
                .isEqualTo("zone");
    }

    @Test
    void oneReplicaCanBeDrained() {
        assertThat(RenderedChart.with("replicas=1").names()).doesNotContain("PodDisruptionBudget/" + OPERATOR);
        assertThat(RenderedChart.with("podDisruptionBudget.enabled=false").names())
                .doesNotContain("PodDisruptionBudget/" + OPERATOR);
        assertThat(deployment("replicas=3").getSpec().getReplicas()).isEqualTo(3);
    }

    @Test
    void podsPassTheRestrictedStandard() {
        // When
        PodSpec pod = pod(deployment());

        // Then
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getContainers()).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        });
    }

    @Test
    void imagesAreNamedByTagOrDigestAndPulledWithSecrets() {
        // Given
        String digest = "sha256:" + "0123456789abcdef".repeat(4);

        // When
        Deployment byTag = deployment("image.repository=example.org/operator", "image.tag=1.2");
        Deployment byDigest = deployment("image.digest=" + digest, "imagePullSecrets[0]=login");

        // Then
        assertThat(container(byTag).getImage()).isEqualTo("example.org/operator:1.2");
        assertThat(container(byDigest).getImage()).isEqualTo("lab.local/redis-roles-operator@" + digest);
        assertThat(pod(byDigest).getImagePullSecrets()).extracting("name").containsExactly("login");
        assertThat(container(deployment("image.pullPolicy=Never")).getImagePullPolicy())
                .isEqualTo("Never");
    }

    @Test
    void settingsReachTheOperator() {
        assertThat(environment(deployment(
                        "webhook.enabled=false",
                        "redis.image=valkey:8",
                        "reconcileThreads=3",
                        "watchNamespaces[0]=caas",
                        "watchNamespaces[1]=shop")))
                .containsEntry("DEFAULT_REDIS_IMAGE", "valkey:8")
                .containsEntry("RECONCILE_THREADS", "3")
                .containsEntry("WATCH_NAMESPACES", "caas,shop")
                .doesNotContainKey("WEBHOOK_PORT");
        assertThat(environment(deployment("webhook.enabled=true", "sidecar.image.tag=v7", "redirect.image.tag=v8")))
                .containsEntry("SIDECAR_IMAGE", "lab.local/redis-roles-sidecar:v7")
                .containsEntry("REDIRECT_IMAGE", "lab.local/redis-roles-redirect:v8")
                .containsEntry("WEBHOOK_PORT", "9443")
                .containsEntry("WEBHOOK_CERTIFICATES", "Managed");
    }

    @Test
    void podsAreMadeAsTheClusterNeedsThem() {
        // When
        Deployment deployment = deployment(
                "podLabels.team=a",
                "podAnnotations.note=b",
                "nodeSelector.disk=c",
                "tolerations[0].key=d",
                "affinity.nodeAffinity.x=e",
                "priorityClassName=f",
                "resources.limits.memory=1Gi");

        // Then
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels()).containsEntry("team", "a");
        assertThat(deployment.getSpec().getTemplate().getMetadata().getAnnotations())
                .containsEntry("note", "b");
        assertThat(pod(deployment).getNodeSelector()).containsEntry("disk", "c");
        assertThat(pod(deployment).getTolerations()).extracting("key").containsExactly("d");
        assertThat(pod(deployment).getAffinity().getNodeAffinity()).isNotNull();
        assertThat(pod(deployment).getPriorityClassName()).isEqualTo("f");
        assertThat(container(deployment).getResources().getLimits().get("memory"))
                .hasToString("1Gi");
    }

    @Test
    void namespacesThatAreNamedGetARoleEachAndTheClusterNone() {
        // When
        RenderedChart chart = RenderedChart.with("watchNamespaces[0]=caas", "watchNamespaces[1]=shop");

        // Then
        assertThat(chart.names())
                .contains("Role/caas/redis-roles-operator", "RoleBinding/shop/redis-roles-operator")
                .noneMatch(name -> name.startsWith("ClusterRole/redis-roles-operator")
                        || name.startsWith("ClusterRoleBinding/redis-roles-operator"));
        assertThat(chart.get(Role.class, OPERATOR).getRules())
                .isEqualTo(RenderedChart.with()
                        .get(ClusterRole.class, OPERATOR + ".platform")
                        .getRules());
    }

    @Test
    void namespacesAreChosenByTheirLabels() {
        // Given
        String[] values = {
            "namespaceSelector.matchLabels.team=a",
            "namespaceSelector.matchExpressions[0].key=tier",
            "namespaceSelector.matchExpressions[0].operator=In",
            "namespaceSelector.matchExpressions[0].values[0]=gold"
        };
        LabelSelector selector = new LabelSelectorBuilder()
                .addToMatchLabels("team", "a")
                .addToMatchExpressions(new LabelSelectorRequirement("tier", "In", List.of("gold")))
                .build();

        // When
        RenderedChart chart = RenderedChart.with(values);

        // Then the operator, the webhooks and the other releases are told the same
        String told = environment(chart.get(Deployment.class, OPERATOR)).get("NAMESPACE_SELECTOR");
        assertThat(Serialization.unmarshal(told, LabelSelector.class)).isEqualTo(selector);
        MutatingWebhookConfiguration injection =
                chart.get(MutatingWebhookConfiguration.class, "redis-roles-inject.platform");
        assertThat(injection.getMetadata().getAnnotations()).containsEntry("redisroles.io/namespace-selector", told);
        assertThat(injection.getWebhooks()).hasSize(2).allSatisfy(hook -> {
            assertThat(hook.getNamespaceSelector().getMatchLabels()).isEqualTo(selector.getMatchLabels());
            assertThat(hook.getNamespaceSelector().getMatchExpressions())
                    .hasSize(3)
                    .containsAll(selector.getMatchExpressions());
        });
        assertThat(chart.get(ValidatingWebhookConfiguration.class, "redis-roles-validate.platform")
                        .getWebhooks())
                .allSatisfy(hook -> assertThat(hook.getNamespaceSelector()).isEqualTo(selector));
        assertThat(chart.get(ClusterRole.class, OPERATOR + ".platform").getRules())
                .anySatisfy(rule -> {
                    assertThat(rule.getResources()).containsExactly("namespaces");
                    assertThat(rule.getVerbs()).containsExactly("list", "watch");
                });

        // And without one nothing of it is there
        RenderedChart usual = RenderedChart.with();
        assertThat(environment(usual.get(Deployment.class, OPERATOR))).doesNotContainKey("NAMESPACE_SELECTOR");
        assertThat(usual.get(ClusterRole.class, OPERATOR + ".platform").getRules())
                .noneMatch(rule -> rule.getResources().contains("namespaces"));
        assertThat(usual.get(MutatingWebhookConfiguration.class, "redis-roles-inject.platform")
                        .getMetadata()
                        .getAnnotations())
                .isNullOrEmpty();
    }

    @Test
    void namesTellTheOtherReleasesWhatIsWatched() {
        String told = RenderedChart.with("watchNamespaces[0]=caas")
                .get(MutatingWebhookConfiguration.class, "redis-roles-inject.platform")
                .getMetadata()
                .getAnnotations()
                .get("redisroles.io/namespace-selector");

        assertThat(Serialization.unmarshal(told, LabelSelector.class))
                .isEqualTo(new LabelSelectorBuilder()
                        .addToMatchExpressions(
                                new LabelSelectorRequirement("kubernetes.io/metadata.name", "In", List.of("caas")))
                        .build());
    }

    @Test
    void releasesInTwoNamespacesHaveNothingInCommonButTheCrds() {
        // Given
        List<String> first = RenderedChart.with("crds.install=false").clusterwide();
        List<String> second = RenderedChart.in("team-b", "crds.install=false", "namespaceSelector.matchLabels.team=b")
                .clusterwide();

        // Then
        assertThat(first).isNotEmpty().doesNotContainAnyElementsOf(second);
        assertThat(second).hasSameSizeAs(first);
    }

    @Test
    void eachReleaseAlertsOnItsOwnLeader() {
        assertThat(RenderedChart.with("monitoring.alerts.enabled=true", "namespaceSelector.matchLabels.team=a")
                        .get(GenericKubernetesResource.class, "redis-roles")
                        .getAdditionalProperties()
                        .toString())
                .contains("sum(redisroles_operator_leader{namespace=\"platform\"}) == 0");
    }

    @Test
    void noRightIsWiderThanItsUse() {
        List<PolicyRule> rules = Stream.concat(
                        RenderedChart.with("webhook.enabled=true")
                                .of(ClusterRole.class)
                                .map(ClusterRole::getRules),
                        RenderedChart.with("webhook.enabled=true")
                                .of(Role.class)
                                .map(Role::getRules))
                .flatMap(List::stream)
                .toList();

        assertThat(rules).allSatisfy(rule -> {
            assertThat(rule.getVerbs()).doesNotContain("*", "escalate", "bind", "impersonate");
            assertThat(rule.getResources()).doesNotContain("*", "pods/exec", "nodes", "roles", "clusterroles");
            assertThat(rule.getApiGroups()).doesNotContain("*");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"_rules.tpl", "rbac.yaml", "webhook.yaml", "tests/installation.yaml"})
    void everyRightHasItsReason(String template) throws IOException {
        boolean rights = false;
        boolean reasoned = false;
        for (String line :
                Files.readAllLines(RenderedChart.CHART.resolve("templates").resolve(template))) {
            if (line.startsWith("kind:") || line.contains("define \"")) {
                rights = line.endsWith("Role") || line.contains("redis-roles.rules");
                reasoned = false;
            } else if (line.startsWith("#")) {
                // One sentence may be the reason of two rules that follow each other.
                reasoned = true;
            } else if (line.startsWith("rules:")) {
                reasoned = false;
            } else if (line.startsWith("- apiGroups") && rights) {
                assertThat(reasoned).as("a comment before " + line).isTrue();
            }
        }
    }

    @Test
    void viewersAndEditorsOfANamespaceMayUseTheKinds() {
        assertThat(RenderedChart.with()
                        .get(ClusterRole.class, "redis-roles-view.platform")
                        .getMetadata()
                        .getLabels())
                .containsEntry("rbac.authorization.k8s.io/aggregate-to-view", "true");
        assertThat(RenderedChart.with("rbac.aggregate=false").names())
                .doesNotContain("ClusterRole/redis-roles-view.platform", "ClusterRole/redis-roles-edit.platform");
    }

    @Test
    void theOperatorIsReachedAndReachesOnlyWhatItNeeds() {
        // When
        NetworkPolicy rules = RenderedChart.with(
                        "webhook.enabled=false",
                        "networkPolicy.monitoring.namespaceLabels.team=watch",
                        "networkPolicy.apiServerPorts[0]=6443")
                .get(NetworkPolicy.class, OPERATOR);

        // Then
        assertThat(rules.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(rules.getSpec().getIngress())
                .singleElement()
                .satisfies(rule -> assertThat(rule.getFrom()).hasSize(2));
        assertThat(rules.getSpec().getEgress().get(0).getPorts())
                .singleElement()
                .satisfies(port -> assertThat(port.getPort().getIntVal()).isEqualTo(6443));
        assertThat(RenderedChart.with("webhook.enabled=true")
                        .get(NetworkPolicy.class, OPERATOR)
                        .getSpec()
                        .getIngress())
                .hasSize(2);
        assertThat(RenderedChart.with("networkPolicy.enabled=false").of(NetworkPolicy.class))
                .isEmpty();
    }

    @Test
    void podsPassTheWebhookUnlessTheyAreOurs() {
        // When
        List<MutatingWebhook> hooks = RenderedChart.with("webhook.enabled=true")
                .get(MutatingWebhookConfiguration.class, "redis-roles-inject.platform")
                .getWebhooks();

        // Then
        assertThat(hooks)
                .extracting(MutatingWebhook::getName, MutatingWebhook::getFailurePolicy)
                .containsExactly(
                        tuple("enabled.inject.redisroles.io", "Fail"), tuple("inject.redisroles.io", "Ignore"));
        assertThat(hooks).allSatisfy(hook -> {
            assertThat(hook.getTimeoutSeconds()).isEqualTo(2);
            assertThat(hook.getReinvocationPolicy()).isEqualTo("IfNeeded");
            assertThat(hook.getSideEffects()).isEqualTo("None");
            assertThat(hook.getClientConfig().getService().getName()).isEqualTo("redis-roles-webhook");
            assertThat(hook.getClientConfig().getCaBundle())
                    .as("the operator's, kept over upgrades")
                    .isNull();
            assertThat(hook.getObjectSelector().getMatchExpressions())
                    .singleElement()
                    .satisfies(term -> assertThat(term.getValues()).containsExactly("redis-roles"));
            assertThat(hook.getNamespaceSelector().getMatchExpressions())
                    .anySatisfy(term ->
                            assertThat(term.getValues()).containsExactly("kube-system", RenderedChart.NAMESPACE));
        });
        assertThat(RenderedChart.with("webhook.enabled=true", "watchNamespaces[0]=caas")
                        .get(MutatingWebhookConfiguration.class, "redis-roles-inject.platform")
                        .getWebhooks())
                .allSatisfy(hook -> assertThat(hook.getNamespaceSelector().getMatchExpressions())
                        .anySatisfy(term -> assertThat(term.getValues()).containsExactly("caas")));
        assertThat(RenderedChart.with("webhook.enabled=true")
                        .get(ValidatingWebhookConfiguration.class, "redis-roles-validate.platform")
                        .getWebhooks())
                .singleElement()
                .satisfies(hook -> assertThat(hook.getFailurePolicy()).isEqualTo("Ignore"));
    }

    @Test
    void theWebhooksAreThoseThatTheOperatorIsTriedWith() throws IOException {
        // Given
        String tried = Files.readString(Path.of("../operator/src/test/resources/webhook.yaml"))
                .replace("namespace: redis-roles", "namespace: " + RenderedChart.NAMESPACE)
                .replace("[kube-system, redis-roles]", "[kube-system, " + RenderedChart.NAMESPACE + "]");
        KubernetesSerialization serialization = new KubernetesSerialization();
        String[] documents = tried.split("(?m)^---$", -1);

        // When
        RenderedChart chart = RenderedChart.with();

        // Then
        assertThat(chart.get(MutatingWebhookConfiguration.class, "redis-roles-inject.platform")
                        .getWebhooks())
                .isEqualTo(serialization
                        .unmarshal(documents[0], MutatingWebhookConfiguration.class)
                        .getWebhooks());
        assertThat(chart.get(ValidatingWebhookConfiguration.class, "redis-roles-validate.platform")
                        .getWebhooks())
                .isEqualTo(serialization
                        .unmarshal(documents[1], ValidatingWebhookConfiguration.class)
                        .getWebhooks());
    }

    @Test
    void certManagerMakesTheCertificateIfItIsToldTo() {
        // Given
        String[] own = {"webhook.enabled=true", "webhook.certificates=CertManager"};

        // When
        RenderedChart chart = RenderedChart.with(own);

        // Then
        assertThat(chart.names())
                .contains("Certificate/redis-roles-webhook", "Issuer/redis-roles-webhook")
                .doesNotContain("Secret/redis-roles-webhook-tls");
        assertThat(chart.get(ClusterRole.class, "redis-roles-webhook.platform").getRules())
                .as("the authority is cert-manager's")
                .noneMatch(rule -> rule.getVerbs().contains("update"));
        assertThat(environment(chart.get(Deployment.class, OPERATOR))).containsEntry("WEBHOOK_CERTIFICATES", "Mounted");
        assertThat(pod(chart.get(Deployment.class, OPERATOR)).getVolumes())
                .anySatisfy(volume -> assertThat(volume.getName()).isEqualTo("webhook-certificate"));
        assertThat(RenderedChart.with(
                                own[0],
                                own[1],
                                "webhook.certManager.issuerRef.kind=ClusterIssuer",
                                "webhook.certManager.issuerRef.name=ca")
                        .names())
                .contains("Certificate/redis-roles-webhook")
                .doesNotContain("Issuer/redis-roles-webhook");
    }

    @ParameterizedTest
    @CsvSource({
        "monitoring.podMonitor, PodMonitor/redis-roles-operator",
        "monitoring.serviceMonitor, ServiceMonitor/redis-roles-operator",
        "monitoring.alerts, PrometheusRule/redis-roles",
        "monitoring.dashboard, ConfigMap/redis-roles-dashboard"
    })
    void monitoringIsThereWhenAskedFor(String value, String object) {
        // When
        RenderedChart chart = RenderedChart.with(value + ".enabled=true", value + ".labels.release=prometheus");

        // Then
        assertThat(chart.names()).contains(object);
        assertThat(chart.objects())
                .filteredOn(each ->
                        object.endsWith("/" + each.getMetadata().getName()) && object.startsWith(each.getKind() + "/"))
                .singleElement()
                .satisfies(each -> assertThat(each.getMetadata().getLabels()).containsEntry("release", "prometheus"));
    }

    @ParameterizedTest
    @CsvSource({"podMonitor, podMetricsEndpoints", "serviceMonitor, endpoints"})
    void theNamespaceOfASeriesStaysTheRoles(String monitor, String endpoints) {
        // When
        RenderedChart chart = RenderedChart.with("monitoring." + monitor + ".enabled=true");

        // Then
        GenericKubernetesResource made = chart.get(GenericKubernetesResource.class, "redis-roles-operator");
        List<Map<String, Object>> asked = made.get("spec", endpoints);
        assertThat(asked).singleElement().satisfies(each -> assertThat(each).containsEntry("honorLabels", true));
    }

    @Test
    void alertsKeepTheirPlaceholdersAndTheDashboardIsJson() {
        // When
        RenderedChart chart = RenderedChart.with("monitoring.alerts.enabled=true", "monitoring.dashboard.enabled=true");

        // Then
        assertThat(chart.get(GenericKubernetesResource.class, "redis-roles")
                        .getAdditionalProperties()
                        .toString())
                .contains("{{ $labels.namespace }}", "RedisRoleNotReady");
        assertThat(chart.get(ConfigMap.class, "redis-roles-dashboard").getData().get("redis-roles.json"))
                .startsWith("{")
                .endsWith("}\n");
    }

    @ParameterizedTest
    @CsvSource({
        "replicas=0, replicas",
        "replicas=many, replicas",
        "image.digest=latest, digest",
        "image.pullPolicy=Sometimes, pullPolicy",
        "watchNamespaces[0]=Not_One, watchNamespaces",
        "namespaceSelector.matchLabels.team=a b, team",
        "namespaceSelector.matchNames[0]=caas, matchNames",
        "namespaceSelector.matchExpressions[0].operator=Exists, key",
        "webhook.certificates=None, certificates",
        "deletionGuard.enabled=maybe, enabled",
        "crds.install=maybe, install",
        "networkPolicy.apiServerPorts[0]=70000, apiServerPorts",
        "monitoring.podMonitor.interval=often, interval",
        "replcas=3, replcas"
    })
    void aValueThatCannotBeIsRefusedByName(String value, String named) {
        assertThatThrownBy(() -> RenderedChart.with(value)).hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(strings = {"In", "Within", "Exists"})
    void anExpressionThatCannotBeIsRefused(String operator) {
        String values = operator.equals("Exists") ? "namespaceSelector.matchExpressions[0].values[0]=a" : "replicas=2";
        assertThatThrownBy(() -> RenderedChart.with(
                        "namespaceSelector.matchExpressions[0].key=tier",
                        "namespaceSelector.matchExpressions[0].operator=" + operator,
                        values))
                .hasMessageContaining("matchExpressions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"webhook.enabled=true", "webhook.enabled=false"})
    void namespacesAreFoundByNameOrByLabelNotByBoth(String value) {
        assertThatThrownBy(() ->
                        RenderedChart.with(value, "watchNamespaces[0]=caas", "namespaceSelector.matchLabels.team=a"))
                .hasMessageContaining("namespaceSelector: {")
                .hasMessageContaining("(expected: nothing, because watchNamespaces is [caas]: a release finds its"
                        + " namespaces by their labels or by their names)");
    }

    private static Deployment deployment(String... values) {
        return RenderedChart.with(values).get(Deployment.class, OPERATOR);
    }

    private static PodSpec pod(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec();
    }

    private static Container container(Deployment deployment) {
        return pod(deployment).getContainers().get(0);
    }

    private static Map<String, String> environment(Deployment deployment) {
        return container(deployment).getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }
}
