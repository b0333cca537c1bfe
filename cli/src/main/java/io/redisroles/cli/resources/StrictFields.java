package io.redisroles.cli.resources;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * Makes reading strict where Kubernetes' classes are lenient: an unknown field is an error, not an additional property, and a
 * field that the CRD requires must be there.
 */
final class StrictFields extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public @Nullable Boolean hasAnySetter(Annotated member) {
        return false;
    }

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(MapperConfig<?> config, Annotated type) {
        return super.findPropertyIgnoralByName(config, type).withoutIgnoreUnknown();
    }

    @Override
    public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
        return member.hasAnnotation(Required.class) ? Boolean.TRUE : super.hasRequiredMarker(member);
    }
}
