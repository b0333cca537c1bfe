package io.redisroles.api.v1alpha1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A YAML file with objects that the API server accepts or refuses. Its documents are applied in order to one new namespace,
 * so that a later one of the same name is an edit. A document that must be refused says why in comments before it, one for
 * each reason: {@code # expect: <field>: <part of the message>}. A document without such a comment must be accepted.
 *
 * @param name of the file
 * @param steps its documents
 */
record Fixture(String name, List<Step> steps) {
    private static final Path ROOT = Path.of("src/test/resources/fixtures");
    private static final Pattern SEPARATOR = Pattern.compile("^---\n", Pattern.MULTILINE);

    Fixture {
        steps = List.copyOf(steps);
    }

    /** All fixtures of one kind. */
    static List<Fixture> of(String directory) {
        try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
            return files.sorted().map(Fixture::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isInvalid() {
        return name.startsWith("invalid-");
    }

    Stream<Expectation> expectations() {
        return steps.stream().flatMap(step -> step.expectations().stream());
    }

    private static Fixture read(Path file) {
        try {
            List<Step> steps = SEPARATOR
                    .splitAsStream(Files.readString(file))
                    .map(Step::parse)
                    .toList();
            return new Fixture(file.getFileName().toString(), steps);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * One document.
     *
     * @param yaml one object
     * @param expectations why it is refused; empty if it is accepted
     */
    record Step(String yaml, List<Expectation> expectations) {
        private static final String MARK = "# expect: ";

        Step {
            expectations = List.copyOf(expectations);
        }

        private static Step parse(String yaml) {
            List<Expectation> expectations = new ArrayList<>();
            yaml.lines()
                    .filter(line -> line.startsWith(MARK))
                    .forEach(line -> expectations.add(Expectation.parse(line.substring(MARK.length()))));
            return new Step(yaml, expectations);
        }
    }

    /**
     * A reason for a refusal.
     *
     * @param field the path of the field, empty for the object itself
     * @param text part of the message
     */
    record Expectation(String field, String text) {
        private static Expectation parse(String line) {
            int colon = line.indexOf(": ");
            return new Expectation(line.substring(0, colon), line.substring(colon + 2));
        }
    }
}
