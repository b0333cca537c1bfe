package io.redisroles.sidecar;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "io.redisroles.sidecar", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.redisroles.sidecar.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule DECISIONS_KNOW_NO_CHANNELS = noClasses()
            .that()
            .resideInAnyPackage("..config..", "..admission..", "..limit..", "..session..", "..telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty.channel..", "io.netty.handler..", "io.netty.buffer..", "io.netty.bootstrap..");

    @ArchTest
    static final ArchRule LIMITS_AND_SESSIONS_KNOW_NO_HTTP = noClasses()
            .that()
            .resideInAnyPackage("..limit..", "..session..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..sidecar.http..", "..sidecar.admission..", "..sidecar.upstream..");

    @ArchTest
    static final ArchRule ONLY_MAIN_READS_THE_ENVIRONMENT = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Main.class.getName())
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class);

    @ArchTest
    static final ArchRule NAMES_SAY_SOMETHING =
            noClasses().should().haveNameMatching(".*(Impl|Util|Utils|Helper|Manager)");
}
