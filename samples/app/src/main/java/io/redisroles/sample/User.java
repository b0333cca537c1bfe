package io.redisroles.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Who logs in.
 *
 * @param id 1 to 64 printable characters
 */
record User(String id, Tier tier) {
    private static final int LONGEST_ID = 64;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Reads {@code {"user":"ada","tier":"pro"}}; the tier may be absent, other fields are ignored. */
    static User parse(byte[] body) throws BadRequestException {
        JsonNode json = json(body);
        if (!json.isObject()) {
            throw new BadRequestException(
                    "the body is not a JSON object (expected: {\"user\":\"ada\",\"tier\":\"free\"})");
        }
        return new User(id(json.path("user")), tier(json.path("tier")));
    }

    private static JsonNode json(byte[] body) throws BadRequestException {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new BadRequestException("the body is not valid JSON" + place);
        } catch (IOException e) {
            throw new BadRequestException("the body is not UTF-8 text");
        }
    }

    private static String id(JsonNode user) throws BadRequestException {
        String id = user.isTextual() ? user.textValue() : "";
        int length = id.codePointCount(0, id.length());
        if (length < 1 || length > LONGEST_ID || !id.codePoints().allMatch(User::isPrintable)) {
            throw new BadRequestException(
                    "user is missing or wrong (expected: a text of 1 to 64 printable characters)");
        }
        return id;
    }

    private static Tier tier(JsonNode tier) throws BadRequestException {
        if (tier.isMissingNode()) {
            return Tier.FREE;
        }
        return Tier.named(tier.asText())
                .orElseThrow(() -> new BadRequestException("tier is wrong (expected: free or pro)"));
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
