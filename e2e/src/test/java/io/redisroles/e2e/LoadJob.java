package io.redisroles.e2e;

/** A job that asks an address at a steady rate, each request once, and prints what came back by status. */
final class LoadJob {
    private LoadJob() {}

    /** The job {@code load}, which ends after {@code seconds}. */
    static String of(String address, int rate, int seconds) {
        return """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: load}
                spec:
                  backoffLimit: 0
                  template:
                    metadata: {labels: {app: load}}
                    spec:
                      restartPolicy: Never
                      containers:
                      - name: load
                        image: lab.local/redis-roles-sample-app:dev
                        imagePullPolicy: IfNotPresent
                        command: [/opt/java/bin/java, -XX:+UseSerialGC, -Xmx96m, -Djdk.httpclient.redirects.retrylimit=1,
                          -Djdk.httpclient.disableRetryConnect=true, -cp, /app/sample-app.jar, io.redisroles.sample.Load,
                          "%s", "%d", "%d"]
                """.formatted(address, rate, seconds);
    }
}
