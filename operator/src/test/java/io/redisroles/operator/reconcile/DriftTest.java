package io.redisroles.operator.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DriftTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest(name = "{0}: {1} by {2}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "equal;                       {'a':1};                          {'a':1};                          true",
                "a defaulted field;           {'a':1};                          {'a':1,'b':2};                    true",
                "a defaulted field in a list; {'p':[{'a':1}]};                  {'p':[{'a':1,'b':2}]};            true",
                "an empty list is absent;     {'p':[]};                         {};                               true",
                "an empty object is absent;   {'p':{}};                         {};                               true",
                "null is absent;              {'p':null};                       {};                               true",
                "another value;               {'a':1};                          {'a':2};                          false",
                "a lost field;                {'a':1};                          {};                               false",
                "an added item;               {'p':[1]};                        {'p':[1,2]};                      false",
                "a lost item;                 {'p':[1,2]};                      {'p':[1]};                        false",
                "a canonical quantity;        {'requests':{'cpu':'0.1'}};       {'requests':{'cpu':'100m'}};      true",
                "another quantity;            {'requests':{'cpu':'0.2'}};       {'requests':{'cpu':'100m'}};      false",
                "text that looks like one;    {'data':{'x':'1024Mi'}};          {'data':{'x':'1Gi'}};             false",
                "no quantity;                 {'limits':{'cpu':'x'}};           {'limits':{'cpu':'100m'}};        false"
            })
    void onlyWhatTheWishSetsIsCompared(String name, String wish, String actual, boolean matches)
            throws JsonProcessingException {
        assertThat(Drift.matches(JSON.readTree(wish.replace('\'', '"')), JSON.readTree(actual.replace('\'', '"'))))
                .as(name)
                .isEqualTo(matches);
    }
}
