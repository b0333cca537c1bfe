package io.redisroles.images;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Makes the tarballs. Arguments: the checkout's folder, and a folder to work in. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Path checkout = Path.of(arguments[0]);
        Path work = Path.of(arguments[1]);
        Map<String, String> environment = System.getenv();
        Jdk jdk = Jdk.find(environment);
        FileTree runtime = new FileTree(work.resolve("runtime")).emptied();
        jdk.runtime(runtime, Jdk.FOR_PROXIES);

        FileTree sidecar = new FileTree(work.resolve("sidecar")).emptied();
        SidecarFiles.place(checkout, runtime, sidecar);
        Optional<Path> pinned =
                Optional.ofNullable(environment.get("IMAGE_AOT_CACHE")).map(Path::of);
        new AotCache(sidecar).make(jdk, pinned);
        SidecarFiles.image(sidecar).writeTo(checkout.resolve("sidecar-proxy/target/sidecar-image.tar"));

        FileTree app = new FileTree(work.resolve("sample-app")).emptied();
        SampleAppFiles.place(checkout, runtime, app);
        SampleAppFiles.image(app).writeTo(checkout.resolve("samples/app/target/sample-app-image.tar"));

        FileTree operator = new FileTree(work.resolve("operator")).emptied();
        jdk.runtime(operator, Jdk.FOR_OPERATOR);
        OperatorFiles.place(checkout, operator);
        OperatorFiles.image(operator).writeTo(checkout.resolve("operator/target/operator-image.tar"));

        Optional<Path> nettools =
                Optional.ofNullable(environment.get("CLUSTER_HOME")).map(home -> Path.of(home, "images/nettools.tar"));
        if (nettools.isPresent()) {
            RedirectFiles.image(checkout, nettools.get())
                    .writeTo(checkout.resolve("sidecar-proxy/target/redirect-image.tar"));
        } else {
            System.out.println("No image of the redirect: CLUSTER_HOME names no folder with an image to build it on"
                    + " (images/nettools.tar). With Docker: docker build -f images/Dockerfile --target redirect .");
        }
    }
}
