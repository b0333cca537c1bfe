package io.redisroles.apiserver;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Skips aloud without binaries; else starts one server at its first use and ends it after the last test. */
final class ApiServerExtension implements ExecutionCondition, ParameterResolver {
    private static final String ASSETS = "KUBEBUILDER_ASSETS";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!assets().isEmpty()) {
            return ConditionEvaluationResult.enabled(ASSETS + " is " + assets());
        }
        String reason = ASSETS + " is not set: tests against a real kube-apiserver are skipped";
        // Maven's output has only the number of skipped tests.
        System.err.println(context.getRequiredTestClass().getSimpleName() + ": " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RealApiServer.class;
    }

    @Override
    public RealApiServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(ApiServerExtension.class))
                .computeIfAbsent(ASSETS, key -> RealApiServer.start(Path.of(assets())), RealApiServer.class);
    }

    private static String assets() {
        return System.getenv().getOrDefault(ASSETS, "");
    }
}
