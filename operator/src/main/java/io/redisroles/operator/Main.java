package io.redisroles.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.redisroles.operator.health.HealthServer;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.reconcile.RunningOperator;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the operator and ends it on SIGTERM. */
public final class Main {
    private static final int BAD_SETTINGS = 2;
    private static final int CANNOT_START = 1;

    private Main() {}

    /** Takes no arguments; settings come from the environment. */
    public static void main(String[] arguments) {
        try {
            run(OperatorSettings.fromEnvironment(System.getenv()));
        } catch (OperatorSettings.InvalidException e) {
            System.err.println("redis-roles-operator: " + e.getMessage());
            System.exit(BAD_SETTINGS);
        } catch (IOException | RuntimeException e) {
            log().atError().setCause(e).log("the operator cannot start");
            System.exit(CANNOT_START);
        }
    }

    private static void run(OperatorSettings settings) throws IOException {
        KubernetesClient client = new KubernetesClientBuilder()
                .withKubernetesSerialization(LenientReading.serialization())
                .build();
        RunningOperator operator =
                new RunningOperator(client, settings.plan(), settings.watchedNamespaces(), settings.threads());
        AtomicBoolean started = new AtomicBoolean();
        HealthServer health = HealthServer.start(settings.healthPort(), () -> started.get() && operator.isHealthy());
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            log().atInfo().log("stopping");
                            started.set(false);
                            operator.close();
                            client.close();
                            health.close();
                        },
                        "shutdown"));
        operator.start();
        started.set(true);
        log().atInfo()
                .addKeyValue("namespaces", settings.watchedNamespaces())
                .addKeyValue("defaultImage", settings.plan().defaultImage())
                .log("watching");
    }

    private static Logger log() {
        return LoggerFactory.getLogger(Main.class);
    }
}
