package io.redisroles.apiserver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks tests against a real kube-apiserver. They are skipped where {@code KUBEBUILDER_ASSETS} names no directory with its
 * binaries; elsewhere they may take a {@link RealApiServer} as a parameter, the same one for the whole test JVM.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ApiServerExtension.class)
public @interface ApiServerTest {}
