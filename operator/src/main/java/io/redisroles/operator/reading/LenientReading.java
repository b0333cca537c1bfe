package io.redisroles.operator.reading;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyName;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.api.v1alpha1.Lenient;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * How the operator reads resources. A field that this version does not know is left out, and a spec that it cannot read becomes
 * a mark on the resource: neither may stop the informer that all other resources depend on. Managed fields are left out too:
 * nobody here looks at them, and in caches they would take more memory than all else. Strings that resources have in common are
 * held once.
 */
public final class LenientReading {
    private LenientReading() {}

    /** For a Kubernetes client. */
    public static KubernetesSerialization serialization() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.registerModule(new SimpleModule("lenient")
                .addDeserializer(String.class, new SharedStrings())
                .setDeserializerModifier(new LenientResources()));
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
        private static final String UNKNOWN_FIELDS = "setAdditionalProperties";
        private static final PropertyName MANAGED_FIELDS = PropertyName.construct("managedFields");

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription description, JsonDeserializer<?> deserializer) {
            return Lenient.class.isAssignableFrom(description.getBeanClass())
                    ? new LenientDeserializer(deserializer)
                    : deserializer;
        }

        @Override
        public BeanDeserializerBuilder updateBuilder(
                DeserializationConfig config, BeanDescription description, BeanDeserializerBuilder builder) {
            if (description.getBeanClass() == ObjectMeta.class) {
                builder.removeProperty(MANAGED_FIELDS);
                builder.addIgnorable(MANAGED_FIELDS.getSimpleName());
            }
            Optional.ofNullable(description.findMethod(UNKNOWN_FIELDS, new Class<?>[] {Map.class}))
                    .ifPresent(
                            setter -> builder.setValueInstantiator(new Sparse(builder.getValueInstantiator(), setter)));
            return builder;
        }
    }

    /** Makes objects whose unknown fields take little while there are none. */
    private static final class Sparse extends ValueInstantiator.Delegating {
        private static final long serialVersionUID = 1L;
        private final AnnotatedMethod unknownFields;

        Sparse(ValueInstantiator plain, AnnotatedMethod unknownFields) {
            super(plain);
            this.unknownFields = unknownFields;
        }

        @Override
        public Object createUsingDefault(DeserializationContext context) throws IOException {
            Object made = super.createUsingDefault(context);
            try {
                unknownFields.callOnWith(made, new SparseMap());
            } catch (Exception e) {
                throw new IOException("cannot make a " + made.getClass().getName(), e);
            }
            return made;
        }
    }
}
