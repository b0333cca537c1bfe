package io.redisroles.sidecar.session;

import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.PolicySection.Csrf;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class CrossOriginTest {
    private static final Csrf CROSS_ORIGIN = new Csrf(CsrfMode.CROSS_ORIGIN, List.of("https://partner.test"));
    private static final Csrf TOKEN = new Csrf(CsrfMode.TOKEN, List.of());

    /** The cases of Go's TestCrossOriginProtection, and those that its users asked about. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # method, Sec-Fetch-Site, Origin,                  Host,             Upgrade,   allowed
            POST,     same-origin,    -,                       app.test,         -,         true
            POST,     none,           -,                       app.test,         -,         true
            POST,     cross-site,     -,                       app.test,         -,         false
            POST,     same-site,      -,                       app.test,         -,         false
            POST,     -,              -,                       app.test,         -,         true
            POST,     -,              https://app.test,        app.test,         -,         true
            POST,     -,              http://app.test,         app.test,         -,         true
            POST,     -,              https://APP.test,        app.test,         -,         true
            POST,     -,              https://app.test:8443,   app.test:8443,    -,         true
            POST,     -,              https://app.test:8443,   app.test,         -,         false
            POST,     -,              https://attacker.test,   app.test,         -,         false
            POST,     -,              null,                    app.test,         -,         false
            POST,     -,              app.test,                app.test,         -,         false
            POST,     -,              https://app.test.evil,   app.test,         -,         false
            POST,     -,              https://app.test,        -,                -,         false
            POST,     cross-site,     https://app.test,        app.test,         -,         false
            POST,     unknown,        https://app.test,        app.test,         -,         false
            POST,     cross-site,     https://partner.test,    app.test,         -,         true
            POST,     same-site,      https://partner.test,    app.test,         -,         true
            POST,     -,              https://partner.test,    app.test,         -,         true
            POST,     -,              http://partner.test,     app.test,         -,         false
            POST,     same-origin,    https://attacker.test,   app.test,         -,         true
            GET,      cross-site,     https://attacker.test,   app.test,         -,         true
            HEAD,     cross-site,     https://attacker.test,   app.test,         -,         true
            OPTIONS,  cross-site,     https://attacker.test,   app.test,         -,         true
            PUT,      cross-site,     https://attacker.test,   app.test,         -,         false
            DELETE,   cross-site,     -,                       app.test,         -,         false
            PATCH,    cross-site,     -,                       app.test,         -,         false
            TRACE,    cross-site,     -,                       app.test,         -,         false
            get,      cross-site,     -,                       app.test,         -,         false
            GET,      -,              https://attacker.test,   app.test,         websocket, false
            GET,      cross-site,     https://attacker.test,   app.test,         WebSocket, false
            GET,      same-site,      https://sub.app.test,    app.test,         websocket, false
            GET,      -,              https://app.test,        app.test,         websocket, true
            GET,      same-origin,    https://app.test,        app.test,         websocket, true
            GET,      -,              -,                       app.test,         websocket, true
            """)
    void aBrowserOfAnotherSiteIsRefused(
            String method,
            @Nullable String site,
            @Nullable String origin,
            @Nullable String host,
            @Nullable String upgrade,
            boolean allowed) {
        // Given
        Map<String, String> fields = new TreeMap<>();
        put(fields, "sec-fetch-site", site);
        put(fields, "origin", origin);
        put(fields, "host", host);
        put(fields, "upgrade", upgrade);

        // When, Then
        assertThat(CrossOrigin.allows(CROSS_ORIGIN, method, of(fields), session("")))
                .isEqualTo(allowed);
    }

    @Test
    void whoSaysTwoThingsIsRefused() {
        assertThat(CrossOrigin.allows(
                        CROSS_ORIGIN,
                        "POST",
                        name -> name.equals("sec-fetch-site") ? List.of("same-origin", "cross-site") : List.of(),
                        session("")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # method, shown,   expected, allowed
            POST,     token-1, token-1,  true
            POST,     token-2, token-1,  false
            POST,     token,   token-1,  false
            POST,     -,       token-1,  false
            POST,     token-1, -,        false
            POST,     -,       -,        false
            GET,      -,       token-1,  true
            """)
    void aTokenMustBeTheSessions(String method, @Nullable String shown, @Nullable String expected, boolean allowed) {
        // Given
        Map<String, String> fields = new TreeMap<>();
        put(fields, "x-csrf-token", shown);

        // When, Then
        assertThat(CrossOrigin.allows(TOKEN, method, of(fields), session(expected == null ? "" : expected)))
                .isEqualTo(allowed);
    }

    @Test
    void itCanBeSwitchedOff() {
        assertThat(CrossOrigin.allows(
                        new Csrf(CsrfMode.DISABLED, List.of()),
                        "POST",
                        of(Map.of("sec-fetch-site", "cross-site")),
                        session("")))
                .isTrue();
    }

    private static void put(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static RequestFields of(Map<String, String> fields) {
        return name -> fields.containsKey(name) ? List.of(fields.getOrDefault(name, "")) : List.of();
    }

    private static Session session(String csrf) {
        return new Session("ada", "", "abcdefgh", Proof.record(Proof.Kind.SESSION, "session:abcdefgh", csrf));
    }
}
