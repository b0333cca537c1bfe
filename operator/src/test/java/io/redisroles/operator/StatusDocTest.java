package io.redisroles.operator;

import io.redisroles.operator.status.ConditionReason;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.EventReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The tables of docs/status.md name exactly the conditions, reasons and Events that there are. */
class StatusDocTest {
    private static final Path DOC = Path.of("..", "docs", "status.md");
    private static final Pattern WORD = Pattern.compile("`([A-Z][A-Za-z]+)`");
    private static final Pattern CONDITION = Pattern.compile("^ `([A-Z][A-Za-z]+)(=[A-Z][a-z]+)?` $");

    @Test
    void everyReasonIsExplainedAndNoneIsInvented() throws IOException {
        // Given
        Set<String> known = Stream.concat(
                        Stream.of(ConditionReason.values()).map(ConditionReason::text),
                        Stream.of(EventReason.values()).map(EventReason::text))
                .collect(Collectors.toSet());

        // Then
        assertThat(reasons()).isEqualTo(known);
    }

    @Test
    void everyConditionIsExplainedAndNoneIsInvented() throws IOException {
        // Given
        Set<String> known =
                Stream.of(ConditionType.values()).map(ConditionType::text).collect(Collectors.toSet());

        // Then
        assertThat(rows().filter(cells -> cells.size() == 4)
                        .flatMap(cells -> words(CONDITION, cells.get(0)))
                        .collect(Collectors.toSet()))
                .isEqualTo(known);
    }

    /** The second column of a table of conditions, the first of a table of Events. */
    private static Set<String> reasons() throws IOException {
        return rows().flatMap(cells -> words(WORD, cells.get(cells.size() == 4 ? 1 : 0)))
                .collect(Collectors.toSet());
    }

    private static Stream<List<String>> rows() throws IOException {
        return Files.readAllLines(DOC).stream()
                .filter(line -> line.startsWith("| ") && line.endsWith(" |"))
                .map(line -> List.of(line.substring(1, line.length() - 1).split("\\|", -1)));
    }

    private static Stream<String> words(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1));
    }
}
