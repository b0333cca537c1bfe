package io.redisroles.operator.redis;

import java.util.List;

/**
 * One command that brings a running server nearer to what is wished.
 *
 * @param kind of change
 * @param subject a user, or the names of directives with commas between them
 * @param command words of the command; {@link #toString} does not show them
 */
record RedisChange(Kind kind, String subject, List<String> command) {
    /** In the order in which they are carried out. */
    enum Kind {
        /** Directives. */
        CONFIG,
        /** The names of new users are noted before they are made, so that none can be forgotten. */
        NOTE,
        /** A user is made or changed. */
        USER,
        /** A user of ours that is wished no more is deleted; Redis ends its connections. */
        DELETION,
        /** The connections of a user whose password was replaced at once are ended. */
        LOGOUT,
        /** The proof: written when all else was read back. */
        REVISION
    }

    RedisChange {
        command = List.copyOf(command);
    }

    @Override
    public String toString() {
        return kind + " " + subject;
    }
}
