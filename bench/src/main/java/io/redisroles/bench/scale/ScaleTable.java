package io.redisroles.bench.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures as Markdown. */
final class ScaleTable {
    private ScaleTable() {}

    static String of(ScaleOptions options, ScaleFigures figures) {
        List<String> lines = new ArrayList<>();
        lines.add("| " + options.roles() + " roles in " + options.namespaces() + " namespaces, " + figures.servers()
                + " redis-servers | aim | measured |");
        lines.add("|---|---|---|");
        lines.add(row("from the first role made to the last one Ready", "", seconds(figures.created())));
        lines.add(row(
                "full resync after start, no child changed",
                "60 s",
                seconds(figures.resync()) + ", " + writes(figures.resyncWrites())));
        lines.add(row(
                "resident memory, steady / ever",
                "256 MiB",
                mebibytes(figures.steady().resident()) + " / " + mebibytes(figures.peak())));
        lines.add(row(
                "writes to the API in " + seconds(figures.steady().time()) + " of steady state",
                "0",
                writes(figures.steady().writes())));
        lines.add(row(
                "CPU in steady state",
                "",
                String.format(Locale.ROOT, "%.2f CPUs", figures.steady().cpu())));
        lines.add(row(
                "one change to applied, p50/p99 of " + figures.inStatus().all().size(),
                "100/500 ms",
                millis(figures.inStatus().quantile(0.5)) + "/"
                        + millis(figures.inStatus().quantile(0.99)) + " ms"));
        lines.add(row(
                "the same change effective in Redis, p50/worst",
                "2 s, 0 restarts",
                millis(figures.inRedis().quantile(0.5)) + "/"
                        + millis(figures.inRedis().worst()) + " ms, " + figures.restarts() + " restarts"));
        lines.add(row(
                "deleted child back, worst of " + figures.deleted().all().size(),
                "5 s",
                seconds(figures.deleted().worst())));
        lines.add(row(
                "drift inside Redis repaired, worst of " + figures.drift().all().size(),
                "30 s",
                seconds(figures.drift().worst())));
        ScaleFigures.UnrelatedSecrets secrets = figures.secrets();
        lines.add(row(
                "resident (live heap) before and after " + secrets.count() + " Secrets of others",
                "unmoved",
                mebibytes(secrets.residentBefore()) + " (" + mebibytes(secrets.heapBefore()) + ") and "
                        + mebibytes(secrets.residentAfter()) + " (" + mebibytes(secrets.heapAfter()) + ")"));
        return String.join("\n", lines);
    }

    private static String row(String what, String aim, String measured) {
        return "| " + what + " | " + aim + " | " + measured + " |";
    }

    private static String writes(Map<String, Long> writes) {
        long sum = writes.values().stream().mapToLong(Long::longValue).sum();
        return sum + " writes" + (sum == 0 ? "" : " " + writes);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private static long millis(Duration time) {
        return time.toMillis();
    }

    private static String mebibytes(double amount) {
        return String.format(Locale.ROOT, "%.0f MiB", amount);
    }
}
