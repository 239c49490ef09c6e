package io.quorate.store.net.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.quorate.store.architecture.Bans;
import io.quorate.store.architecture.Layers;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds store-net to its architecture; that the rules catch is shown in store-core. */
class NetArchitectureTest {

  private static final JavaClasses NET =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @Test
  void packagesFormNoCycle() {
    Layers.noCycles("io.quorate.store.net").check(NET);
  }

  @Test
  void logsThroughSlf4jOnly() {
    Layers.logsThroughSlf4jOnly().check(NET);
  }

  /** An application without it must not meet a class that names it. */
  @Test
  void micrometerStaysInside() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.quorate.store.net.metrics.MeteredGateway")
        .and()
        .haveNameNotMatching(".*\\.(MeteredGateway\\$.*|PeerMeters)")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(NET);
  }

  /** Else the simulator could not give client and peer its time and its chance. */
  @Test
  void timeAndChanceComeThroughSeams() {
    String packageName = "io.quorate.store.net.";
    Bans.CLOCKS.outside(Set.of(packageName + "transport.SystemSockets")).check(NET);
    Bans.CHANCE.outside(Set.of(packageName + "config.ClusterInit")).check(NET);
  }

  /** Netty is a shell: it has threads and deadlines of its own. These are right nowhere. */
  @ParameterizedTest
  @EnumSource(names = {"DEFAULT_EXECUTORS", "IDENTITY_HASHES"})
  void noCommonPoolAndNoIdentity(Bans ban) {
    ban.outside(Set.of()).check(NET);
  }
}
