package io.redisroles.e2e;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

import static org.assertj.core.api.Assertions.assertThat;

/** Starts the cluster at its first use, ends it after the last test, and looks at the operator's log after each. */
final class ClusterExtension implements ExecutionCondition, ParameterResolver, BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ClusterExtension.class);
    private static final Optional<String> OBSTACLE = Settings.obstacle();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (OBSTACLE.isEmpty()) {
            return ConditionEvaluationResult.enabled("there can be a cluster");
        }
        // Maven's output has only the number of skipped tests.
        System.err.println(context.getRequiredTestClass().getSimpleName() + ": " + OBSTACLE.get());
        return ConditionEvaluationResult.disabled(OBSTACLE.get());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("start", Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Cluster cluster = cluster(context);
        Instant start = Objects.requireNonNull(context.getStore(NAMESPACE).get("start", Instant.class));
        if (context.getExecutionException()
                .filter(failure -> !(failure instanceof TestAbortedException)) // skipped: nothing went wrong
                .isPresent()) {
            Diagnosis.collect(cluster, context, start);
        }
        assertThat(cluster.operator().log(start).lines().filter(line -> line.contains(" ERROR ")))
                .as("errors in the operator's log")
                .isEmpty();
    }

    private static Cluster cluster(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).computeIfAbsent("cluster", key -> Cluster.start(), Cluster.class);
    }
}
