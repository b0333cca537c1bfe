package io.redisroles.cli.local;

import io.redisroles.operator.status.Transitions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what an instance told. */
final class Noted implements LocalInstance.Listener {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();

    @Override
    public void event(String object, Transitions.RoleEvent event) {
        events.add(object + " " + event.reason());
    }

    @Override
    public void note(String message) {
        notes.add(message);
    }

    List<String> events() {
        return events;
    }

    List<String> notes() {
        return notes;
    }
}
