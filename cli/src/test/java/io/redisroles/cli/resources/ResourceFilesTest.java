package io.redisroles.cli.resources;

import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.api.v1alpha1.RedisRoleSpec;
import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResourceFilesTest {
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec:
              role: gateway
              memory: {maxMemory: 256Mi}
              consumers:
              - name: auth-service
                podSelector: {matchLabels: {app: auth}}
                keys: ["session:*"]
            """;

    private static final String ROLE_OF_ONE_LINE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec:
              %s
              role: gateway
            """;

    @TempDir
    Path folder;

    private final ResourceFiles files = new ResourceFiles();

    @Test
    void severalDocumentsAndFilesAreRead() throws IOException {
        // Given
        write("a.yaml", ROLE + "---\n" + ROLE.replace("gateway", "shared"));
        write("b.yml", "# nothing but a comment\n");
        write("c.txt", "not: ours\n");

        // When
        ResourceSet read = files.read(folder);

        // Then
        assertThat(read.roles())
                .extracting(role -> role.resource().getSpec().role())
                .containsExactly(RoleKind.GATEWAY, RoleKind.SHARED);
        assertThat(read.roles().get(0).resource().getMetadata().getNamespace()).isEqualTo("default");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    role: gateway          | role: queue            | a.yaml:5: spec.role: "queue" (expected: gateway, socket, shared, compliance, crypto, custom)
                    maxMemory: 256Mi       | maxMemry: 256Mi        | a.yaml:6: unknown field spec.memory.maxMemry (expected one of: containerLimit, evictionPolicy, maxMemory)
                    matchLabels            | matchLabel             | a.yaml:9: unknown field spec.consumers[0].podSelector.matchLabel
                    metadata: {name        | metadata: {nam         | a.yaml:3: unknown field metadata.nam
                    role: gateway          | service: {}            | spec.role
                    kind: RedisRole        | kind: RedisRoll        | a.yaml: kind: "RedisRoll" (expected: RedisRole, AccessPolicy or Secret)
                    v1alpha1               | v2                     | a.yaml: apiVersion: "redisroles.io/v2" (expected: redisroles.io/v1alpha1)
                    redisroles.io/         | redisrole.io/          | a.yaml: apiVersion: "redisrole.io/v1alpha1" (expected: redisroles.io/v1alpha1)
                    spec:                  | specs:                 | a.yaml: RedisRole: unknown field specs
                    {name: gateway}        | {}                     | a.yaml: RedisRole: metadata.name is missing
                    memory: {              | memory: {{             | a.yaml:
                    role: gateway          | role: [gateway]        | spec.role
                    """)
    void aMistakeIsNamedWithFileLineFieldAndValue(String right, String wrong, String message) throws IOException {
        // Given
        assertThat(ROLE).contains(right);
        write("a.yaml", ROLE.replace(right, wrong));

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(message)
                .hasMessageStartingWith(folder.toString());
    }

    /** What kubectl makes of a scalar is what an API server judges. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    paused: "true"                  | a.yaml:5: spec.paused: "true" (expected: boolean)
                    paused: 1                       | a.yaml:5: spec.paused: 1 (expected: boolean)
                    paused: ""                      | a.yaml:5: spec.paused: "" (expected: boolean)
                    service: {port: "6400"}         | a.yaml:5: spec.service.port: "6400" (expected: integer)
                    service: {port: 6400.5}         | a.yaml:5: spec.service.port: 6400.5 (expected: integer)
                    service: {port: true}           | a.yaml:5: spec.service.port: true (expected: integer)
                    service: {name: 5}              | a.yaml:5: spec.service.name: 5 (expected: string, so "5" in quotes)
                    config: {hz: 20}                | a.yaml:5: spec.config.hz: 20 (expected: string, so "20" in quotes)
                    config: {ratio: 1.50}           | a.yaml:5: spec.config.ratio: 1.50 (expected: string, so "1.50" in quotes)
                    config: {activedefrag: yes}     | a.yaml:5: spec.config.activedefrag: yes (expected: string, so "yes" in quotes)
                    config: {activedefrag: Off}     | a.yaml:5: spec.config.activedefrag: Off (expected: string, so "Off" in quotes)
                    config: {activedefrag: true}    | a.yaml:5: spec.config.activedefrag: true (expected: string, so "true" in quotes)
                    config: 5                       | a.yaml:5: spec.config: 5 (expected: fields)
                    config: ""                      | a.yaml:5: spec.config: "" (expected: fields)
                    pod: {imagePullSecrets: pulls}  | a.yaml:5: spec.pod.imagePullSecrets: "pulls" (expected: list)
                    memory: {evictionPolicy: 0}     | a.yaml:5: spec.memory.evictionPolicy: 0 (expected: noeviction, allkeys-lru
                    """)
    void aScalarOfAnotherTypeIsRefused(String line, String message) throws IOException {
        // Given
        write("a.yaml", ROLE_OF_ONE_LINE.formatted(line));

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith(folder.resolve(message).toString());
    }

    @Test
    void aScalarOfAPolicyIsJudgedToo() throws IOException {
        // Given
        write("a.yaml", """
                apiVersion: redisroles.io/v1alpha1
                kind: AccessPolicy
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  ports:
                  - 8080
                  - "9090"
                """);

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .hasMessage(folder.resolve("a.yaml") + ":8: spec.ports[1]: \"9090\" (expected: integer)");
    }

    @Test
    void aScalarOfTheRightTypeIsReadAsItStands() throws IOException {
        // Given
        write("a.yaml", ROLE_OF_ONE_LINE.formatted("""
                paused: yes
                  service: {port: 6400}
                  config: {hz: "20", activedefrag: 'yes', save: ""}
                  memory: {maxMemory: 268435456, containerLimit: 448Mi}"""));

        // When
        RedisRoleSpec read = files.read(folder).roles().get(0).resource().getSpec();

        // Then
        assertThat(read.paused()).isTrue();
        assertThat(read.service()).isEqualTo(new RedisRoleSpec.Service(null, 6400));
        assertThat(read.config()).isEqualTo(Map.of("hz", "20", "activedefrag", "yes", "save", ""));
        assertThat(read.memory())
                .isEqualTo(new RedisRoleSpec.Memory(new Quantity("268435456"), null, new Quantity("448Mi")));
    }

    @Test
    void aSecretThatAPolicyRefersToIsRead() throws IOException {
        // Given
        write("a.yaml", """
                apiVersion: v1
                kind: Secret
                metadata: {name: issuer-keys, namespace: caas}
                type: Opaque
                stringData: {jwks.json: '{"keys": []}'}
                """);

        // When
        ResourceSet read = files.read(folder);

        // Then
        assertThat(read.secrets())
                .extracting(secret -> secret.resource().getStringData())
                .containsExactly(Map.of("jwks.json", "{\"keys\": []}"));
    }

    @Test
    void whatOnlyAClusterCanRunIsNamedAndLeftAlone() throws IOException {
        // Given
        write("a.yaml", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: caas}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: gateway, namespace: caas}
                spec: {replicas: 3}
                ---
                """ + ROLE);

        // When
        ResourceSet read = files.read(folder);

        // Then
        assertThat(read.roles()).hasSize(1);
        assertThat(read.forClusters()).containsExactly("Namespace caas", "Deployment caas/gateway");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"v1", "rbac.authorization.k8s.io/v1", "monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"
            })
    void whatIsOfAnotherGroupIsForACluster(String apiVersion) throws IOException {
        // Given
        write("a.yaml", """
                apiVersion: %s
                kind: Thing
                metadata: {name: web, labels: {version: 1}}
                rules: [{verbs: [get]}]
                ---
                """.formatted(apiVersion) + ROLE);

        // When
        ResourceSet read = files.read(folder);

        // Then
        assertThat(read.roles()).hasSize(1);
        assertThat(read.forClusters()).containsExactly("Thing web");
    }

    @Test
    void kindsOfOneNameInTwoGroupsAreDifferent() throws IOException {
        // Given
        write("a.yaml", """
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: web}
                """);

        // When, Then
        assertThat(files.read(folder).forClusters()).containsExactly("Service web", "Service web");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                           | RedisRole | apiVersion: "" (expected: redisroles.io/v1alpha1)
                    apiVersion: redisroles.io    | RedisRole | apiVersion: "redisroles.io" (expected: redisroles.io/v1alpha1)
                    apiVersion: redisroles.io/v1 | Thing     | apiVersion: "redisroles.io/v1" (expected: redisroles.io/v1alpha1)
                    apiVersion: example.com/v1   | Secret    | apiVersion: "example.com/v1" (expected: v1)
                    """)
    void anApiVersionThatIsNoneIsRefused(String line, String kind, String message) throws IOException {
        // Given
        write("a.yaml", line + "\nkind: " + kind + "\nmetadata: {name: web}\n");

        // When, Then
        assertThatThrownBy(() -> files.read(folder)).hasMessage(folder.resolve("a.yaml") + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    stringData: {pin: 1234}             | a.yaml:2: stringData.pin: 1234 (expected: string, so "1234" in quotes)
                    apiVersion: redisroles.io/v1alpha1  | apiVersion: "redisroles.io/v1alpha1" (expected: v1)
                    spec: {}                            | Secret: unknown field spec (expected: apiVersion, kind, metadata, data)
                    """)
    void aSecretIsReadStrictly(String line, String message) throws IOException {
        // Given
        String field = line.substring(0, line.indexOf(':'));
        String rest = field.equals("apiVersion") ? "" : "apiVersion: v1\n";
        write("a.yaml", rest + line + "\nkind: Secret\nmetadata: {name: issuer-keys}\n");

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(message);
    }

    @Test
    void twoResourcesOfOneNameAreRefused() throws IOException {
        // Given
        write("a.yaml", ROLE);
        write("b.yaml", ROLE);

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .hasMessage(folder.resolve("b.yaml") + ": RedisRole default/gateway stands in "
                        + folder.resolve("a.yaml") + " too: remove one of them");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> files.read(folder.resolve("nowhere")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("nowhere cannot be read");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }
}
