package io.redisroles.operator.desired;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ProbeQuestionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    # answer to PING                                   | startup | readiness | liveness
                    PONG                                               | true    | true      | true
                    LOADING Redis is loading the dataset in memory     | true    | false     | true
                    MISCONF Errors writing to the AOF file: No space   | false   | false     | true
                    MASTERDOWN Link with MASTER is down                | false   | false     | true
                    BUSY Redis is busy running a script                | false   | false     | true
                    NOAUTH Authentication required.                    | false   | false     | true
                    NOPERM this user has no permissions                | false   | false     | true
                    AUTH failed: ERR max number of clients reached     | false   | false     | true
                    Could not connect to Redis at 127.0.0.1:6379       | false   | false     | false
                    Error: Connection reset by peer                    | false   | false     | false
                    PONGO                                              | false   | false     | false
                    ''                                                 | false   | false     | false
                    """)
    void aRestartIsForWhatARestartCures(String answer, boolean startup, boolean readiness, boolean liveness) {
        assertThat(ProbeQuestion.STARTUP.accepts(answer)).isEqualTo(startup);
        assertThat(ProbeQuestion.READINESS.accepts(answer)).isEqualTo(readiness);
        assertThat(ProbeQuestion.LIVENESS.accepts(answer)).isEqualTo(liveness);
    }
}
