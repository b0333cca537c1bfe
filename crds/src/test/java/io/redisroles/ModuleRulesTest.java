package io.redisroles;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "io.redisroles", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule THE_CONTRACT_KNOWS_ONLY_JACKSON = classes()
            .that()
            .resideInAPackage("io.redisroles.contract..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "com.fasterxml.jackson..", "org.jspecify.annotations..", "io.redisroles.contract..")
            .because("the sidecar and the tool use it without a Kubernetes client on the class path");

    @ArchTest
    static final ArchRule THE_API_KNOWS_OF_OURS_ONLY_THE_CONTRACT = classes()
            .that()
            .resideInAPackage("io.redisroles.api..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "com.fasterxml.jackson..",
                    "org.jspecify.annotations..",
                    "io.fabric8..",
                    "io.redisroles.api..",
                    "io.redisroles.contract..")
            .because("dependencies point from the operator to the API");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.redisroles.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_TYPE_IS = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Utils?|Helper|Manager)")
            .because("a method lives on the type that it speaks about");
}
