package io.redisroles.operator.admission;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the webhooks are started with.
 *
 * @param sidecarImage that pods get
 * @param redirectImage of the init container that sets netfilter rules
 * @param port that is served; 0 for any free one
 * @param mounted the directory with a certificate that somebody else keeps fresh; empty if the operator makes its own
 */
public record WebhookSettings(String sidecarImage, String redirectImage, int port, Optional<Path> mounted) {}
