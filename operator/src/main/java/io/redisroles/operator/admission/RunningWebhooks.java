package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import io.redisroles.operator.plan.PlanSettings;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The webhooks from start to {@link #close}, on every replica: certificate, caches and server. */
public final class RunningWebhooks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunningWebhooks.class);
    private static final String SERVICE = "redis-roles-webhook";
    private static final long LOOK_SECONDS = 10;
    /** Enough to know whether a selector selects any pod, and whether another policy does too. */
    private static final long PODS_LOOKED_AT = 500;

    private final ScheduledExecutorService keeping = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "webhook-certificate");
        thread.setDaemon(true);
        return thread;
    });
    private final ServingCertificate serving = new ServingCertificate();
    private final CertificateSource source;
    private final TrustedAuthorities trusted;
    private final AdmissionCaches caches;
    private final AdmissionServer server;

    private RunningWebhooks(
            CertificateSource source,
            TrustedAuthorities trusted,
            AdmissionCaches caches,
            KubernetesClient client,
            InjectionSettings injection,
            int port,
            AnsweredReviews reviews)
            throws IOException {
        this.source = source;
        this.trusted = trusted;
        this.caches = caches;
        this.server = AdmissionServer.start(
                port,
                serving,
                new PodAdmission(caches::neighbourhood, caches::asked, injection, client.getKubernetesSerialization()),
                new PolicyAdmission(
                        caches::plans,
                        (namespace, selector) -> selected(client, namespace, selector),
                        client.getKubernetesSerialization()),
                reviews);
    }

    /**
     * Starts to answer; returns when it does.
     *
     * @param client that reads leniently; not closed with the webhooks
     * @param injection what injection needs to know
     * @param plan what planning needs to know
     * @param namespaces that are watched; all if empty
     * @param reviews is told of each answer
     */
    public static RunningWebhooks start(
            KubernetesClient client,
            WebhookSettings settings,
            InjectionSettings injection,
            PlanSettings plan,
            Set<String> namespaces,
            AnsweredReviews reviews)
            throws IOException {
        CertificateSource source = settings.mounted()
                .<CertificateSource>map(MountedCertificates::new)
                .orElseGet(() -> new ManagedCertificates(
                        client,
                        plan.operatorNamespace(),
                        names(plan.operatorNamespace()),
                        InstantSource.system(),
                        new SecureRandom()));
        return start(client, settings.port(), source, injection, plan, namespaces, reviews);
    }

    static RunningWebhooks start(
            KubernetesClient client,
            int port,
            CertificateSource source,
            InjectionSettings injection,
            PlanSettings plan,
            Set<String> namespaces,
            AnsweredReviews reviews)
            throws IOException {
        AdmissionCaches caches = new AdmissionCaches(client, plan, namespaces);
        RunningWebhooks webhooks = new RunningWebhooks(
                source,
                new TrustedAuthorities(client, plan.operatorNamespace()),
                caches,
                client,
                injection,
                port,
                reviews);
        webhooks.keepCertificate();
        ScheduledFuture<?> unused = webhooks.keeping.scheduleWithFixedDelay(
                webhooks::tryToKeepCertificate, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        return webhooks;
    }

    /** What this cluster is capable of, asked of its API server. */
    public static Capabilities capabilities(KubernetesClient client) {
        String minor = client.getKubernetesVersion().getMinor().replaceAll("\\D.*", "");
        return Capabilities.of(minor.isEmpty() ? 0 : Integer.parseInt(minor));
    }

    /** Whether it has a certificate and knows what it decides by. */
    public boolean isHealthy() {
        return serving.current().isPresent() && caches.isHealthy();
    }

    /** That it answers on. */
    public int port() {
        return server.port();
    }

    /** How many policies of a namespace are known. */
    int policiesOf(String namespace) {
        return caches.plans(namespace).policies().size();
    }

    /** Renews and publishes the certificate if that is due. */
    void keepCertificate() {
        CertificateSource.Material material = source.current();
        // Whoever is asked to trust a new authority must do so before it is served.
        material.authorities().ifPresent(trusted::publish);
        if (serving.replace(material.identity())) {
            log.atInfo().addKeyValue("until", material.identity().end()).log("serving the webhook's certificate");
        }
    }

    @Override
    public void close() {
        keeping.shutdownNow();
        server.close();
        caches.close();
    }

    private void tryToKeepCertificate() {
        try {
            keepCertificate();
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).log("the webhook's certificate could not be looked after; trying again");
        }
    }

    private static List<String> names(String namespace) {
        List<String> names = new ArrayList<>();
        for (String suffix : List.of("", ".svc", ".svc.cluster.local")) {
            names.add(SERVICE + "." + namespace + suffix);
        }
        return names;
    }

    private static List<Pod> selected(KubernetesClient client, String namespace, LabelSelector selector) {
        return client.pods()
                .inNamespace(namespace)
                .withLabelSelector(selector)
                .list(new ListOptionsBuilder().withLimit(PODS_LOOKED_AT).build())
                .getItems();
    }
}
