package io.redisroles.operator.status;

/** Why there is an Event that no condition tells; stands in it in CamelCase. */
public enum EventReason {
    CHOSEN_TWICE("ChosenTwice"),
    DRIFT_REPAIRED("DriftRepaired"),
    EVICTED("Evicted"),
    WEBHOOK_NOT_REACHED("WebhookNotReached");

    private final String text;

    EventReason(String text) {
        this.text = text;
    }

    /** As it stands in an Event. */
    public String text() {
        return text;
    }
}
