package io.redisroles.operator;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "io.redisroles.operator", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String PLAN = "..operator.plan..";
    private static final String DESIRED = "..operator.desired..";
    private static final String STATUS = "..operator.status..";
    private static final String INJECTION = "..operator.injection..";
    private static final String RECONCILE = "..operator.reconcile..";

    @ArchTest
    static final ArchRule THE_CORE_KNOWS_NO_CLIENT = noClasses()
            .that()
            .resideInAnyPackage(PLAN, DESIRED, INJECTION, STATUS)
            .should()
            .dependOnClassesThat(isOfTheClient())
            .because("plan, desired state, injection and status are pure: local mode runs them without a cluster");

    @ArchTest
    static final ArchRule NOTHING_LOOKS_BACK_AT_RECONCILE = noClasses()
            .that()
            .resideInAnyPackage(
                    PLAN,
                    DESIRED,
                    INJECTION,
                    STATUS,
                    "..operator.admission..",
                    "..operator.redis..",
                    "..operator.reading..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RECONCILE, "io.javaoperatorsdk..");

    @ArchTest
    static final ArchRule PLAN_KNOWS_NOT_WHAT_IT_BECOMES = noClasses()
            .that()
            .resideInAPackage(PLAN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(DESIRED, STATUS);

    @ArchTest
    static final ArchRule THERE_ARE_NO_CYCLES =
            slices().matching("io.redisroles.operator.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONE_READER_OF_THE_ENVIRONMENT = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.redisroles.operator.Main")
            .and()
            .doNotHaveFullyQualifiedName("io.redisroles.operator.OperatorSettings")
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class);

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_THINGS_ARE = classes()
            .should()
            .haveNameNotMatching(".*(Impl|Utils?|Helper|Manager)")
            .because("such names own nothing");

    private static DescribedPredicate<JavaClass> isOfTheClient() {
        return new DescribedPredicate<>(
                "are of the Kubernetes client, but for its serialization and resource classes") {
            @Override
            public boolean test(JavaClass type) {
                return type.getPackageName().startsWith("io.fabric8.kubernetes.client")
                        && !type.getName().equals("io.fabric8.kubernetes.client.utils.Serialization")
                        && !type.getName().equals("io.fabric8.kubernetes.client.CustomResource");
            }
        };
    }
}
