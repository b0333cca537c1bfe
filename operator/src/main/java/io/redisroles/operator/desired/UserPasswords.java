package io.redisroles.operator.desired;

import java.time.Instant;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The passwords of one user: the one that its Secret shows, and beside it another generation while passwords rotate.
 *
 * @param current what consumers are told
 * @param recorded digest of the current password as we left it; another one tells that somebody edited the Secret
 * @param next accepted by Redis, once it has loaded it, and not told yet
 * @param former still accepted for those who have not read the current one
 * @param last what was current before; kept for the operator's own user only, which must get in whatever a server has loaded
 */
public record UserPasswords(
        Password current, String recorded, Optional<Password> next, Optional<Former> former, Optional<Password> last) {
    /**
     * A password on its way out.
     *
     * @param sha256 its digest
     * @param until when it ends
     */
    public record Former(String sha256, Instant until) {}

    static UserPasswords only(Password current) {
        return new UserPasswords(current, current.sha256(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The digests of all that Redis accepts, in an order that does not tell which is current. */
    NavigableSet<String> digests() {
        NavigableSet<String> digests = new TreeSet<>();
        Stream.of(Optional.of(current.sha256()), next.map(Password::sha256), former.map(Former::sha256))
                .flatMap(Optional::stream)
                .forEach(digests::add);
        return digests;
    }

    /** Whether {@code password} is, or until just now was, one of them. */
    boolean knows(Password password) {
        return digests().contains(password.sha256())
                || recorded.equals(password.sha256())
                || last.filter(password::equals).isPresent();
    }

    /** With a next password, unless one is on its way already. */
    UserPasswords announcing(Supplier<Password> random) {
        return next.isPresent() ? this : new UserPasswords(current, recorded, Optional.of(random.get()), former, last);
    }

    /** The next password becomes the current one; the current one stays for a while. */
    UserPasswords turned(Instant until) {
        return next.map(password -> new UserPasswords(
                        password,
                        password.sha256(),
                        Optional.empty(),
                        Optional.of(new Former(current.sha256(), until)),
                        Optional.of(current)))
                .orElse(this);
    }

    /** Another password and no other beside it. */
    UserPasswords replaced(Password password) {
        return new UserPasswords(password, password.sha256(), Optional.empty(), Optional.empty(), Optional.of(current));
    }

    /** Takes notice of a current password that somebody wrote into the Secret: what was there before stays for a while. */
    UserPasswords edited(Instant until) {
        return recorded.equals(current.sha256())
                ? this
                : new UserPasswords(current, current.sha256(), next, Optional.of(new Former(recorded, until)), last);
    }

    UserPasswords withoutExpired(Instant now) {
        return former.filter(password -> !password.until().isAfter(now)).isPresent()
                ? new UserPasswords(current, recorded, next, Optional.empty(), last)
                : this;
    }
}
