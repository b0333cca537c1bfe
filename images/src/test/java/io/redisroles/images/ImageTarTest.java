package io.redisroles.images;

import com.google.cloud.tools.jib.api.Jib;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ImageTarTest {
    @TempDir
    private Path folder;

    @Test
    void theSameFilesGiveTheSameBytes() throws IOException {
        assertThat(built("one")).isEqualTo(built("one"));
    }

    @Test
    void aChangedFileIsPackedAlthoughItsTimeAndSizeStay() throws IOException {
        assertThat(built("one")).isNotEqualTo(built("two"));
    }

    private byte[] built(String content) throws IOException {
        FileTree tree = new FileTree(folder.resolve("tree")).emptied();
        tree.write("/file", content);
        Path tar = folder.resolve("image.tar");
        new ImageTar("lab.local/test:dev", Jib.fromScratch())
                .layer("files", tree, path -> true)
                .writeTo(tar);
        return Files.readAllBytes(tar);
    }
}
