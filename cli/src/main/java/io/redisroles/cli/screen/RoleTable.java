package io.redisroles.cli.screen;

import io.redisroles.cli.local.RoleView;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.redis.RedisFacts;
import java.util.List;
import java.util.Locale;

/** The roles of a running instance: where each is and how it is. */
public final class RoleTable {
    private RoleTable() {}

    public static List<String> lines(List<RoleView> roles) {
        TextTable table = new TextTable("ROLE", "ADDRESS", "MEMORY", "POLICY", "AOF", "READY");
        for (RoleView role : roles) {
            table.row(
                    role.name(),
                    role.address(),
                    role.facts().map(facts -> mebibytes(facts.usedMemory())).orElse("-") + "/"
                            + Bytes.text(role.plan().memory().maxMemory()),
                    role.plan().memory().evictionPolicy().directive(),
                    role.facts().filter(RedisFacts::aofEnabled).isPresent()
                            ? role.plan().fsync().directive()
                            : "-",
                    role.ready() ? "True" : "False");
        }
        return table.lines();
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1fMi", (double) bytes / Bytes.MI);
    }
}
