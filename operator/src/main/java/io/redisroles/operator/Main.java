package io.redisroles.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.redisroles.operator.admission.RunningWebhooks;
import io.redisroles.operator.health.HealthServer;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.leader.Leadership;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.reconcile.RunningOperator;
import io.redisroles.operator.telemetry.OperatorMetrics;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the operator and ends it on SIGTERM. */
public final class Main {
    private static final int BAD_SETTINGS = 2;
    private static final int CANNOT_START = 1;
    private static final int LEASE_LOST = 3;

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
        OperatorMetrics metrics = new OperatorMetrics();
        AtomicBoolean stopping = new AtomicBoolean();
        Optional<InjectionSettings> injection = settings.webhooks()
                .map(webhooks -> new InjectionSettings(
                        webhooks.sidecarImage(), webhooks.redirectImage(), RunningWebhooks.capabilities(client)));
        RunningOperator operator = new RunningOperator(
                client,
                settings.plan(),
                settings.namespaces(),
                settings.threads(),
                settings.podName().map(name -> leadership(settings, name, stopping)),
                injection,
                metrics);
        Optional<RunningWebhooks> webhooks = webhooks(settings, injection, client, metrics);
        AtomicBoolean started = new AtomicBoolean();
        HealthServer health = HealthServer.start(
                settings.healthPort(),
                () -> started.get()
                        && operator.isHealthy()
                        && webhooks.map(RunningWebhooks::isHealthy).orElse(true),
                metrics::scrape);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            log().atInfo().log("stopping");
                            stopping.set(true);
                            started.set(false);
                            webhooks.ifPresent(RunningWebhooks::close);
                            operator.close();
                            client.close();
                            health.close();
                        },
                        "shutdown"));
        operator.start();
        started.set(true);
        log().atInfo()
                .addKeyValue("namespaces", settings.namespaces())
                .addKeyValue("defaultImage", settings.plan().defaultImage())
                .log("watching");
    }

    /** Another process may reconcile already, so this one ends in the middle of whatever it does. */
    private static Leadership leadership(OperatorSettings settings, String podName, AtomicBoolean stopping) {
        return new Leadership(settings.plan().operatorNamespace(), podName, Leadership.Timing.STANDARD, () -> {
            if (!stopping.get()) {
                log().atWarn().addKeyValue("code", LEASE_LOST).log("the lease is lost: ending, to be restarted");
                Runtime.getRuntime().halt(LEASE_LOST);
            }
        });
    }

    /** On every replica, whether it reconciles or not. */
    private static Optional<RunningWebhooks> webhooks(
            OperatorSettings settings,
            Optional<InjectionSettings> injection,
            KubernetesClient client,
            OperatorMetrics metrics)
            throws IOException {
        if (settings.webhooks().isEmpty() || injection.isEmpty()) {
            log().atInfo().log("no SIDECAR_IMAGE: sidecars are not injected");
            return Optional.empty();
        }
        return Optional.of(RunningWebhooks.start(
                client,
                settings.webhooks().get(),
                injection.get(),
                settings.plan(),
                settings.namespaces().names(),
                metrics::reviewed));
    }

    private static Logger log() {
        return LoggerFactory.getLogger(Main.class);
    }
}
