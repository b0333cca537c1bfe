package io.redisroles.apiserver;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * etcd and kube-apiserver on loopback, with a directory of their own. There is no controller manager: namespaces are never
 * emptied and owner references collect nothing, so every test takes a new namespace.
 */
public final class RealApiServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path directory;
    private final List<ServerProcess> processes;
    private final ServerProcess.Start apiServer;
    private final KubernetesClient client;

    private RealApiServer(
            Path directory, List<ServerProcess> processes, ServerProcess.Start apiServer, KubernetesClient client) {
        this.directory = directory;
        this.processes = processes;
        this.apiServer = apiServer;
        this.client = client;
    }

    /**
     * Starts a server; for tests and benchmarks.
     *
     * @param assets the directory with the binaries etcd and kube-apiserver
     */
    public static RealApiServer start(Path assets) {
        List<ServerProcess> processes = new ArrayList<>();
        try {
            Path directory = Files.createTempDirectory("redis-roles-apiserver");
            List<Integer> ports = freePorts();
            String etcd = "http://127.0.0.1:" + ports.get(0);
            processes.add(ServerProcess.start(
                    assets.resolve("etcd"),
                    directory.resolve("etcd.log"),
                    "--data-dir=" + directory.resolve("etcd"),
                    "--unsafe-no-fsync",
                    "--log-level=error",
                    "--listen-client-urls=" + etcd,
                    "--advertise-client-urls=" + etcd,
                    "--listen-peer-urls=http://127.0.0.1:0",
                    "--initial-advertise-peer-urls=http://localhost:2380",
                    "--initial-cluster=default=http://localhost:2380"));
            String token = randomToken();
            Path tokens = Files.writeString(directory.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
            KeyPair keys = newKeyPair();
            Path signingKey = writePem(directory, "PRIVATE KEY", keys.getPrivate());
            Path verifyingKey = writePem(directory, "PUBLIC KEY", keys.getPublic());
            ServerProcess.Start apiServer = new ServerProcess.Start(
                    assets.resolve("kube-apiserver"),
                    directory.resolve("kube-apiserver.log"),
                    List.of(
                            "--etcd-servers=" + etcd,
                            "--bind-address=127.0.0.1",
                            // Without it the server looks for a default route and does not start where there is none.
                            "--advertise-address=127.0.0.1",
                            "--secure-port=" + ports.get(1),
                            "--cert-dir=" + directory.resolve("certificates"),
                            "--token-auth-file=" + tokens,
                            "--authorization-mode=RBAC",
                            "--service-account-issuer=https://localhost",
                            "--service-account-key-file=" + verifyingKey,
                            "--service-account-signing-key-file=" + signingKey,
                            "--service-cluster-ip-range=10.0.0.0/16",
                            "--disable-admission-plugins=ServiceAccount",
                            "--allow-privileged=true"));
            processes.add(apiServer.run());
            Path certificate = directory.resolve("certificates/apiserver.crt");
            return new RealApiServer(
                    directory,
                    processes,
                    apiServer,
                    connect("https://127.0.0.1:" + ports.get(1), token, certificate, processes));
        } catch (IOException e) {
            processes.forEach(ServerProcess::close);
            throw new UncheckedIOException("kube-apiserver could not be started from " + assets, e);
        } catch (RuntimeException e) {
            processes.forEach(ServerProcess::close);
            throw e;
        }
    }

    private static KubernetesClient connect(
            String address, String token, Path certificate, List<ServerProcess> processes) {
        Awaitility.await("the server's certificate").atMost(START).until(() -> {
            processes.forEach(ServerProcess::requireAlive);
            return Files.exists(certificate) && Files.size(certificate) > 0;
        });
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(address)
                .withCaCertFile(certificate.toString())
                .withOauthToken(token)
                .withNamespace("default")
                .withRequestRetryBackoffLimit(0)
                .build();
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        Awaitility.await("readyz").atMost(START).ignoreExceptions().until(() -> {
            processes.forEach(ServerProcess::requireAlive);
            return "ok".equals(client.raw("/readyz"));
        });
        return client;
    }

    /** Ends kube-apiserver; what it has stored stays. */
    public void interrupt() {
        processes.remove(processes.size() - 1).close();
    }

    /** Starts it again with the same address, keys and data, and returns when it serves. */
    public void resume() {
        try {
            processes.add(apiServer.run());
        } catch (IOException e) {
            throw new UncheckedIOException("kube-apiserver could not be started again", e);
        }
        Awaitility.await("readyz").atMost(START).ignoreExceptions().until(() -> {
            processes.forEach(ServerProcess::requireAlive);
            return "ok".equals(client.raw("/readyz"));
        });
    }

    /** A client that may do everything; shared, so never closed by a test. */
    public KubernetesClient client() {
        return client;
    }

    /** How to connect as the client does, for another client. */
    public Config config() {
        return client.getConfiguration();
    }

    /** Creates a namespace that no other test has. */
    public String newNamespace() {
        Namespace namespace = new NamespaceBuilder()
                .withNewMetadata()
                .withGenerateName("test-")
                .endMetadata()
                .build();
        return client.resource(namespace).create().getMetadata().getName();
    }

    /** Applies the CRDs by server-side apply and returns when both kinds are served. */
    public void applyCrds() {
        for (String name : List.of("redisroles", "accesspolicies")) {
            CustomResourceDefinition crd =
                    client.resource(manifest(name)).forceConflicts().serverSideApply();
            client.resource(crd).waitUntilCondition(RealApiServer::isEstablished, 30, TimeUnit.SECONDS);
        }
        Awaitility.await("both kinds served").atMost(START).ignoreExceptions().untilAsserted(() -> {
            client.resources(RedisRole.class).inNamespace("default").list();
            client.resources(AccessPolicy.class).inNamespace("default").list();
            assertThat(client.getApiResources("redisroles.io/v1alpha1").getResources())
                    .extracting(APIResource::getKind)
                    .contains("RedisRole", "AccessPolicy");
        });
    }

    /** What users apply, not what the generator left in the jar. */
    private CustomResourceDefinition manifest(String name) {
        Path file = Path.of(System.getProperty("repository.root"), "crds", "manifests", name + ".yaml");
        try (InputStream yaml = Files.newInputStream(file)) {
            return client.getKubernetesSerialization().unmarshal(yaml, CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static boolean isEstablished(CustomResourceDefinition crd) {
        // Both are absent until the server has looked at a new CRD.
        return crd.getStatus() != null
                && crd.getStatus().getConditions() != null
                && crd.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return List.of(first.getLocalPort(), second.getLocalPort());
        }
    }

    private static String randomToken() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has EC", e);
        }
    }

    private static Path writePem(Path directory, String type, Key key) throws IOException {
        String pem = "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + type + "-----\n";
        return Files.writeString(directory.resolve(type.replace(' ', '-') + ".pem"), pem);
    }

    @Override
    public void close() throws IOException {
        client.close();
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
