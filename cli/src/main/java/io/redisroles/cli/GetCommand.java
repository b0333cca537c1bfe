package io.redisroles.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.cli.local.Published;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** {@code redisrole get}: resources and conditions of a running {@code up}, as {@code kubectl get} would show them. */
@CommandLine.Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Shows the resources that up serves, with their status.")
final class GetCommand implements Runnable {
    /** How to print. */
    enum Output {
        table,
        yaml
    }

    @CommandLine.Parameters(
            index = "0",
            paramLabel = "KIND",
            arity = "0..1",
            defaultValue = "all",
            description = "redisroles (rr), accesspolicies (ap) or all (default: all).")
    private String kind;

    @CommandLine.Parameters(index = "1", paramLabel = "NAME", arity = "0..1", description = "Only this one.")
    private Optional<String> name;

    @CommandLine.Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "table or yaml (default: table).")
    private Output output;

    @CommandLine.Mixin
    private PortOffset offset;

    private final ResourceTables tables = new ResourceTables(InstantSource.system());

    @Override
    public void run() {
        Published published = Published.of(offset.ports());
        List<RedisRole> roles = wants("redisroles", "redisrole", "rr") ? named(published.roles()) : List.of();
        List<AccessPolicy> policies =
                wants("accesspolicies", "accesspolicy", "ap") ? named(published.policies()) : List.of();
        if (name.isPresent() && roles.isEmpty() && policies.isEmpty()) {
            throw new CliException("no " + kind + " \"" + name.get() + "\" is served here");
        }
        if (output == Output.yaml) {
            List<HasMetadata> all = new ArrayList<>(roles);
            all.addAll(policies);
            all.forEach(resource -> System.out.print(Serialization.asYaml(resource)));
            return;
        }
        if (!roles.isEmpty()) {
            tables.roles(roles).forEach(System.out::println);
        }
        if (!roles.isEmpty() && !policies.isEmpty()) {
            System.out.println();
        }
        if (!policies.isEmpty()) {
            tables.policies(policies).forEach(System.out::println);
        }
    }

    private boolean wants(String... names) {
        if (kind.equals("all") || List.of(names).contains(kind)) {
            return true;
        }
        if (!List.of("redisroles", "redisrole", "rr", "accesspolicies", "accesspolicy", "ap")
                .contains(kind)) {
            throw new CliException("\"" + kind + "\" is not a kind (expected: redisroles, accesspolicies or all)");
        }
        return false;
    }

    private <T extends HasMetadata> List<T> named(List<T> resources) {
        return resources.stream()
                .filter(resource ->
                        name.isEmpty() || resource.getMetadata().getName().equals(name.get()))
                .toList();
    }
}
