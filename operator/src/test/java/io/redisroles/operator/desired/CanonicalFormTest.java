package io.redisroles.operator.desired;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.operator.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Objects are written as the API server would return them, so that the second reconcile finds nothing to write. */
class CanonicalFormTest {
    /** Says everything by being empty: every pod of the namespace; a file that pods mount before it says something. */
    private static final Set<String> EMPTY_IS_A_VALUE = Set.of(".podSelector", ".client.pem");

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void thereIsNoNullNoZeroAndNothingEmpty(GoldenCase golden) throws JsonProcessingException {
        for (HasMetadata object : golden.objects()) {
            // When
            List<String> found = new ArrayList<>();
            collect("", new ObjectMapper().readTree(Serialization.asJson(object)), found);

            // Then
            assertThat(found)
                    .as(object.getKind() + "/" + object.getMetadata().getName())
                    .isEmpty();
        }
    }

    private static void collect(String path, JsonNode node, List<String> found) {
        boolean empty = (node.isContainerNode() && node.isEmpty())
                || (node.isTextual() && node.textValue().isEmpty());
        boolean nothing = node.isNull() || (node.isNumber() && node.intValue() == 0);
        if (nothing || (empty && EMPTY_IS_A_VALUE.stream().noneMatch(path::endsWith))) {
            found.add(path);
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            collect(path + "." + field.getKey(), field.getValue(), found);
        }
        if (node.isArray()) {
            node.forEach(item -> collect(path + "[]", item, found));
        }
    }
}
