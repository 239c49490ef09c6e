package io.quorate.store.architecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds store-core to its architecture. */
class ArchitectureTest {

  private static final String BASE = "io.quorate.store";

  /** The shells of store-core, each with its reason. Whatever is not here runs in the simulator. */
  private static final Set<String> SHELLS =
      Set.of(
          // Maps World to the operating system; the simulator has its own.
          "io.quorate.store.world.RealWorld");

  private static final JavaClasses CORE =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @ParameterizedTest
  @EnumSource
  void onlyShellsReachAroundTheWorld(Bans ban) {
    ban.outside(SHELLS).check(CORE);
  }

  @Test
  void noMonitors() {
    Bans.synchronizedMethods(SHELLS).check(CORE);
  }

  @Test
  void theProtocolHasNoIo() {
    assertTrue(CORE.containPackage(BASE + ".consensus"), "the rule must have something to look at");
    Bans.sansIo(BASE + ".consensus..", BASE + ".log..").check(CORE);
  }

  @Test
  void packagesDependInOneDirection() {
    Layers.oneDirection(BASE).check(CORE);
  }

  @Test
  void packagesFormNoCycle() {
    Layers.noCycles(BASE).check(CORE);
  }

  @Test
  void coreHasNoNetwork() {
    Layers.coreHasNoNetwork(BASE).check(CORE);
  }

  @Test
  void logsThroughSlf4jOnly() {
    Layers.logsThroughSlf4jOnly().check(CORE);
  }

  @Test
  void rocksDbStaysInside() {
    Layers.rocksDbStaysInside(BASE).check(CORE);
  }

  @Test
  void diskIsTheOnlyWayToFiles() {
    Layers.diskIsTheOnlyWayToFiles(BASE).check(CORE);
  }
}
