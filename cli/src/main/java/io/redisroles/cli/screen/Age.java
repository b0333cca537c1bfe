package io.redisroles.cli.screen;

import java.time.Duration;

/** How long something has been there. */
public record Age(Duration duration) {
    /** As kubectl writes it: the younger, the more exact. */
    public String inWords() {
        long seconds = Math.max(0, duration.toSeconds());
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        long years = days / 365;
        if (minutes < 2) {
            return seconds + "s";
        }
        if (minutes < 10) {
            return minutes + "m" + rest(seconds % 60, "s");
        }
        if (hours < 3) {
            return minutes + "m";
        }
        if (hours < 8) {
            return hours + "h" + rest(minutes % 60, "m");
        }
        if (days < 2) {
            return hours + "h";
        }
        if (days < 8) {
            return days + "d" + rest(hours % 24, "h");
        }
        if (years < 2) {
            return days + "d";
        }
        return years + "y" + (years < 8 ? rest(days % 365, "d") : "");
    }

    private static String rest(long count, String unit) {
        return count == 0 ? "" : count + unit;
    }
}
