package io.redisroles.bench.scale;

import java.time.Duration;
import java.util.Map;

/**
 * What came of one run.
 *
 * @param servers redis-server processes
 * @param created from the first role to the last that is Ready
 * @param resync from start of the operator until it had seen to every role and asked its Redis
 * @param resyncWrites writes to the API meanwhile, by what was written
 * @param steady what was seen while nothing changed
 * @param inRedis from the change of a role until its Redis has it
 * @param inStatus from the change of a role until its status says applied
 * @param deleted from the deletion of a child until it is back
 * @param drift from a change inside Redis until it is mended
 * @param secrets what objects of others cost
 * @param peak the most memory that was ever resident, MiB
 * @param restarts roles whose pod was replaced
 */
record ScaleFigures(
        int servers,
        Duration created,
        Duration resync,
        Map<String, Long> resyncWrites,
        Steady steady,
        Times inRedis,
        Times inStatus,
        Times deleted,
        Times drift,
        UnrelatedSecrets secrets,
        double peak,
        long restarts) {
    /**
     * Nothing changed.
     *
     * @param time how long
     * @param writes to the API, by what was written
     * @param resident the most memory that was seen resident, MiB
     * @param cpu share of one CPU, 0 to 1 and more
     */
    record Steady(Duration time, Map<String, Long> writes, double resident, double cpu) {}

    /**
     * MiB before and after they were made.
     *
     * @param count of them
     */
    record UnrelatedSecrets(
            int count, double residentBefore, double residentAfter, double heapBefore, double heapAfter) {}
}
