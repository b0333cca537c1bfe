package io.redisroles.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;

/**
 * An image that becomes a tarball. The same files give the same bytes.
 *
 * @param name with its tag
 * @param builder what it consists of
 */
record ImageTar(String name, JibContainerBuilder builder) {
    private static final FilePermissions FILE = FilePermissions.fromOctalString("644");
    private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");

    /** Adds the files of {@code tree} whose path in the image passes as one layer; what changes often comes last. */
    ImageTar layer(String called, FileTree tree, Predicate<String> passes) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(called);
        for (Path file : tree.files()) {
            String path = tree.pathOf(file);
            if (passes.test(path)) {
                layer.addEntry(
                        file,
                        AbsoluteUnixPath.get(path),
                        Files.isExecutable(file) ? PROGRAM : FILE,
                        FileTree.TIME.toInstant());
            }
        }
        builder.addFileEntriesLayer(layer.build());
        return this;
    }

    /** Adds one program. */
    ImageTar program(Path file, String path) {
        builder.addFileEntriesLayer(FileEntriesLayer.builder()
                .setName(path)
                .addEntry(file, AbsoluteUnixPath.get(path), PROGRAM, FileTree.TIME.toInstant())
                .build());
        return this;
    }

    /** Writes it and prints its name, size and digest. */
    void writeTo(Path tar) throws IOException {
        Files.createDirectories(tar.getParent());
        // Jib knows a layer again by the times and sizes of its files, and ours all have one time: it shall know
        // nothing.
        FileTree layers = new FileTree(tar.resolveSibling(tar.getFileName() + ".layers")).emptied();
        try {
            JibContainer written =
                    builder.containerize(Containerizer.to(TarImage.at(tar).named(name))
                            .setApplicationLayersCache(layers.root())
                            .setOfflineMode(true)
                            .setToolName("redis-roles"));
            Files.delete(layers.emptied().root());
            System.out.printf(
                    Locale.ROOT, "%s %.1f MiB %s %s%n", name, Files.size(tar) / 1048576.0, written.getDigest(), tar);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: " + name, e);
        } catch (RegistryException
                | ExecutionException
                | CacheDirectoryCreationException
                | InvalidImageReferenceException e) {
            throw new IOException(name + " could not be written to " + tar, e);
        }
    }
}
