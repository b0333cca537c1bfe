package io.redisroles.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.cli.local.Rendering;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** {@code redisrole render}: the Kubernetes objects that resources become. */
@CommandLine.Command(
        name = "render",
        mixinStandardHelpOptions = true,
        description = "Prints the manifests that the resources of a file or folder become; passwords are placeholders.")
final class RenderCommand implements Runnable {
    @CommandLine.Parameters(paramLabel = "FILE", description = "A YAML file or a folder.")
    private Path file;

    @Override
    public void run() {
        List<HasMetadata> objects = Rendering.of(file);
        objects.forEach(object -> System.out.print(Serialization.asYaml(object)));
    }
}
