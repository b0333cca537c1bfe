package io.redisroles.cli.demo;

import java.util.List;

/** A group of promises that are shown together. */
interface Chapter {
    /** What it shows. */
    String title();

    /** Drives the traffic and says what was seen. */
    List<Check> play(Scene scene);
}
