package io.redisroles.images;

import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.TarImage;
import java.nio.file.Path;

/** What the redirect's image consists of: any base with a shell and nft, and one script. */
final class RedirectFiles {
    private RedirectFiles() {}

    static ImageTar image(Path checkout, Path base) {
        return new ImageTar(
                        "lab.local/redis-roles-redirect:dev",
                        Jib.from(TarImage.at(base)).setEntrypoint("/redirect"))
                .program(checkout.resolve("images/redirect/redirect"), "/redirect");
    }
}
