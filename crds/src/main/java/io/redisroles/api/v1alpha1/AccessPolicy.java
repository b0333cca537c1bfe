package io.redisroles.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rate limits and session validation in front of selected pods. */
@Group("redisroles.io")
@Version("v1alpha1")
@Kind("AccessPolicy")
@Plural("accesspolicies")
@ShortNames("ap")
@SchemaCustomizer(RequiredSpec.class)
@ValidationRule(
        value = "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$')",
        message = "metadata.name must be a DNS label that starts with a letter and has at most 40 characters, because"
                + " ConfigMap, Secret and ACL user are named after it: write for example gateway")
@AdditionalPrinterColumn(
        name = "Accepted",
        jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Programmed",
        jsonPath = ".status.conditions[?(@.type==\"Programmed\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Enforced",
        jsonPath = ".status.conditions[?(@.type==\"Enforced\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Sidecars",
        jsonPath = ".status.sidecars.total",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class AccessPolicy extends CustomResource<AccessPolicySpec, AccessPolicyStatus>
        implements Namespaced, Lenient {
    private transient @Nullable Unreadable unreadable;

    @Override
    public Optional<Unreadable> unreadable() {
        return Optional.ofNullable(unreadable);
    }

    @Override
    public void markUnreadable(Unreadable why) {
        unreadable = why;
    }
}
