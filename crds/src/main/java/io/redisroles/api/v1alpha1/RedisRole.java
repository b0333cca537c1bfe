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

/** A Redis for one purpose, with the memory, eviction, persistence and access rules that the purpose needs. */
@Group("redisroles.io")
@Version("v1alpha1")
@Kind("RedisRole")
@Plural("redisroles")
@ShortNames("rr")
@SchemaCustomizer(RequiredSpec.class)
@ValidationRule(
        value = "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$')",
        message =
                "metadata.name must be a DNS label that starts with a letter and has at most 40 characters, because its"
                        + " Service, Secrets and pods are named after it: write for example gateway")
@AdditionalPrinterColumn(name = "Role", jsonPath = ".spec.role", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Endpoint", jsonPath = ".status.endpoint", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Memory", jsonPath = ".status.memory.usage", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Policy",
        jsonPath = ".status.memory.evictionPolicy",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class RedisRole extends CustomResource<RedisRoleSpec, RedisRoleStatus> implements Namespaced, Lenient {
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
