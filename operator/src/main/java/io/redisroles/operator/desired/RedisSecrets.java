package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The Secrets of a role: its credentials, its ACL file and a binding for each consumer. */
final class RedisSecrets {
    static final String ACL_KEY = "users.acl";

    private RedisSecrets() {}

    static Secret credentials(RolePlan plan, RoleCredentials credentials) {
        Map<String, String> content = new HashMap<>();
        credentials
                .byUser()
                .forEach((user, password) -> content.put(RoleCredentials.passwordKey(user), password.value()));
        content.put(ContractPaths.IDENTIFIER_KEY, credentials.identifierKey().value());
        return Secrets.of(Metadata.owned(plan, plan.names().credentialsSecret()), "Opaque", content);
    }

    static Secret acl(RolePlan plan, RoleCredentials credentials) {
        return Secrets.of(
                Metadata.owned(plan, plan.names().aclSecret()),
                "Opaque",
                Map.of(ACL_KEY, AclFile.of(plan, credentials)));
    }

    static List<Secret> bindings(RolePlan plan, RoleCredentials credentials) {
        return plan.consumers().stream()
                .map(consumer -> binding(plan, consumer, credentials))
                .toList();
    }

    private static Secret binding(RolePlan plan, ConsumerPlan consumer, RoleCredentials credentials) {
        String user = consumer.passwordOnly() ? AclUser.DEFAULT : consumer.name();
        RedisBinding binding =
                new RedisBinding(plan.host(), plan.service().port(), user, credentials.of(consumer.name()));
        return Secrets.of(
                Metadata.owned(plan, plan.names().bindingSecret(consumer.name())),
                RedisBinding.SECRET_TYPE,
                binding.content());
    }
}
