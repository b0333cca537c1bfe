package io.redisroles.operator.reading;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.api.v1alpha1.Lenient;

/**
 * How the operator reads resources. A field that this version does not know is left out, and a spec that it cannot read becomes
 * a mark on the resource: neither may stop the informer that all other resources depend on.
 */
public final class LenientReading {
    private LenientReading() {}

    /** For a Kubernetes client. */
    public static KubernetesSerialization serialization() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.registerModule(new SimpleModule("lenient").setDeserializerModifier(new LenientResources()));
        return new KubernetesSerialization(mapper, true);
    }

    /** Copies a resource together with its mark, which is not part of its JSON. */
    public static <R extends HasMetadata> R copy(R resource, KubernetesSerialization serialization) {
        R copy = serialization.clone(resource);
        if (resource instanceof Lenient original && copy instanceof Lenient marked) {
            original.unreadable().ifPresent(marked::markUnreadable);
        }
        return copy;
    }

    private static final class LenientResources extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription description, JsonDeserializer<?> deserializer) {
            return Lenient.class.isAssignableFrom(description.getBeanClass())
                    ? new LenientDeserializer(deserializer)
                    : deserializer;
        }
    }
}
