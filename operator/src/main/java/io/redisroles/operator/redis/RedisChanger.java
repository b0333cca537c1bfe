package io.redisroles.operator.redis;

import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.plan.RedisDirectives;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads what a server has, carries out what is missing, reads it back, and writes the proof.
 *
 * @param redis a connection of the operator
 * @param memory of this run of the server
 */
record RedisChanger(RedisAsyncCommands<String, String> redis, ServerMemory memory) {
    /**
     * What came of it.
     *
     * @param revision of the users, empty unless all were read back as wished
     * @param config directives as read back
     */
    record Result(String revision, Map<String, String> config, Observation.Changes changes) {}

    /** The answer to one change; an empty text is success. */
    private record Outcome(RedisChange change, String error) {}

    CompletionStage<Result> carryOut(LiveSettings wished, boolean changes) {
        return state(wished).thenCompose(seen -> {
            if (!changes) {
                return CompletableFuture.completedFuture(
                        new Result(seen.revision(), seen.config(), Observation.Changes.NONE));
            }
            RedisChanges needed = RedisChanges.between(wished, seen, memory.rights(), memory.hasProved(wished));
            if (needed.list().isEmpty()) {
                memory.prove(wished);
                return CompletableFuture.completedFuture(
                        new Result(seen.revision(), seen.config(), Observation.Changes.NONE));
            }
            return carryOut(wished, needed);
        });
    }

    private CompletionStage<Result> carryOut(LiveSettings wished, RedisChanges needed) {
        List<RedisChange> first = needed.list().stream()
                .filter(change -> change.kind() != RedisChange.Kind.REVISION)
                .toList();
        return all(first.stream().map(this::run).toList())
                .thenCompose(this::directivesOneByOne)
                .thenCompose(outcomes -> state(wished).thenCompose(seen -> {
                    learn(wished, outcomes, seen);
                    List<Observation.Refusal> refused = refusals(wished, outcomes, seen);
                    return prove(wished, refused, seen)
                            .thenApply(revision -> result(wished, needed, refused, revision, seen));
                }));
    }

    private Result result(
            LiveSettings wished,
            RedisChanges needed,
            List<Observation.Refusal> refused,
            String revision,
            ServerState seen) {
        if (refused.isEmpty() && revision.equals(wished.revision())) {
            memory.prove(wished);
        }
        return new Result(revision, seen.config(), new Observation.Changes(refused, needed.drift()));
    }

    /** One directive that is refused keeps all of its command from being set: the others are then set alone. */
    private CompletionStage<List<Outcome>> directivesOneByOne(List<Outcome> outcomes) {
        List<CompletionStage<Outcome>> again = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome.change().kind() != RedisChange.Kind.CONFIG
                    || outcome.error().isEmpty()) {
                again.add(CompletableFuture.completedFuture(outcome));
                continue;
            }
            List<String> words = outcome.change().command();
            for (int at = 2; at + 1 < words.size(); at += 2) {
                again.add(run(RedisChanges.configSet(Map.of(words.get(at), words.get(at + 1)))));
            }
        }
        return all(again);
    }

    /** The proof is written once every user was read back as wished, and is itself read back. */
    private CompletionStage<String> prove(LiveSettings wished, List<Observation.Refusal> refused, ServerState seen) {
        boolean users = refused.stream().noneMatch(refusal -> refusal.kind() == Observation.Refusal.Kind.USER);
        if (!users) {
            return CompletableFuture.completedFuture("");
        }
        List<RedisChange> proof = RedisChanges.between(wished, seen, memory.rights(), false).list().stream()
                .filter(change -> change.kind() == RedisChange.Kind.REVISION)
                .toList();
        if (proof.isEmpty()) {
            return CompletableFuture.completedFuture(seen.revision());
        }
        return run(proof.get(0))
                .thenCompose(outcome -> state(wished).thenApply(after -> {
                    after.user(wished.bookkeeping().name())
                            .ifPresent(line ->
                                    memory.rights().learn(wished.bookkeeping().rights(), line.rights()));
                    return after.revision();
                }));
    }

    private void learn(LiveSettings wished, List<Outcome> outcomes, ServerState seen) {
        Map<String, String> errors = outcomes.stream()
                .filter(outcome -> outcome.change().kind() == RedisChange.Kind.USER)
                .collect(Collectors.toMap(outcome -> outcome.change().subject(), Outcome::error, (one, other) -> one));
        wished.users().forEach(user -> {
            if (Optional.ofNullable(errors.get(user.name()))
                    .filter(String::isEmpty)
                    .isPresent()) {
                seen.user(user.name()).ifPresent(line -> memory.rights().learn(user.rights(), line.rights()));
            }
        });
    }

    /** What is still not as wished, with Redis' error where it gave one. */
    private List<Observation.Refusal> refusals(LiveSettings wished, List<Outcome> outcomes, ServerState seen) {
        SortedMap<String, String> directives = RedisChanges.differing(wished, seen);
        Stream<Observation.Refusal> config = directives.keySet().stream()
                .map(directive -> new Observation.Refusal(
                        Observation.Refusal.Kind.DIRECTIVE, directive, error(outcomes, directive, seen)));
        Stream<Observation.Refusal> users = wished.users().stream()
                .filter(user -> !RedisChanges.has(seen, user, memory.rights()))
                .map(user -> new Observation.Refusal(
                        Observation.Refusal.Kind.USER,
                        user.name(),
                        outcomes.stream()
                                .filter(outcome -> outcome.change().subject().equals(user.name()))
                                .map(Outcome::error)
                                .filter(error -> !error.isEmpty())
                                .findFirst()
                                .orElse("the server has it differently")));
        Stream<Observation.Refusal> rest = outcomes.stream()
                .filter(outcome -> !outcome.error().isEmpty())
                .filter(outcome -> outcome.change().kind() == RedisChange.Kind.DELETION
                        || outcome.change().kind() == RedisChange.Kind.LOGOUT
                        || outcome.change().kind() == RedisChange.Kind.NOTE)
                .map(outcome -> new Observation.Refusal(
                        Observation.Refusal.Kind.USER, outcome.change().subject(), outcome.error()));
        return Stream.of(config, users, rest).flatMap(part -> part).toList();
    }

    private static String error(List<Outcome> outcomes, String directive, ServerState seen) {
        return outcomes.stream()
                .filter(outcome -> outcome.change().subject().equals(directive))
                .map(Outcome::error)
                .filter(error -> !error.isEmpty())
                .findFirst()
                .orElseGet(() -> "is " + seen.config().getOrDefault(directive, "not known to this server"));
    }

    private CompletionStage<ServerState> state(LiveSettings wished) {
        CompletionStage<Map<String, String>> config = redis.configGet(
                Stream.concat(wished.directives().keySet().stream(), Stream.of(RedisDirectives.START_NOTE))
                        .toArray(String[]::new));
        return redis.aclList().thenCombine(config, ServerState::of);
    }

    private CompletionStage<Outcome> run(RedisChange change) {
        List<String> words = change.command();
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
        words.subList(1, words.size()).forEach(arguments::add);
        CommandOutput<String, String, ?> output = switch (change.kind()) {
            case DELETION, LOGOUT -> new IntegerOutput<>(StringCodec.UTF8);
            case CONFIG, NOTE, USER, REVISION -> new StatusOutput<>(StringCodec.UTF8);
        };
        return redis.dispatch(CommandType.valueOf(words.get(0)), output, arguments)
                .handle((answer, failure) -> new Outcome(change, failure == null ? "" : message(failure)));
    }

    private static String message(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }

    private static <T> CompletionStage<List<T>> all(List<CompletionStage<T>> stages) {
        List<CompletableFuture<T>> futures =
                stages.stream().map(CompletionStage::toCompletableFuture).toList();
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}
