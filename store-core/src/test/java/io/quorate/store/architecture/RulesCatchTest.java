package io.quorate.store.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.CaseFormat;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.quorate.store.architecture.violations.BannedCalls;
import io.quorate.store.architecture.violations.PrintsAndLogs;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows that every rule fails on a class that breaks it. */
class RulesCatchTest {

  private static final String VIOLATIONS = "io.quorate.store.architecture.violations";

  @ParameterizedTest
  @EnumSource
  void everyMethodOfTheBansGroupIsCaught(Bans ban) throws Exception {
    Class<?> group =
        Class.forName(
            BannedCalls.class.getName()
                + "$"
                + CaseFormat.UPPER_UNDERSCORE.to(CaseFormat.UPPER_CAMEL, ban.name()));
    String report = violations(ban.outside(Set.of()), group);
    Set<String> missed =
        Arrays.stream(group.getDeclaredMethods())
            .filter(method -> !method.isSynthetic())
            .map(Method::getName)
            .filter(name -> !report.contains("." + name + "("))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), missed, report);
  }

  @ParameterizedTest
  @EnumSource
  void noBanCatchesNearMisses(Bans ban) {
    assertEquals("", violations(ban.outside(Set.of()), BannedCalls.Allowed.class));
  }

  @Test
  void shellsAreExemptWithWhatIsNestedInThem() {
    assertEquals(
        "",
        violations(
            Bans.CLOCKS.outside(Set.of(BannedCalls.class.getName())), BannedCalls.Clocks.class));
  }

  @Test
  void monitors() {
    assertFalse(
        violations(Bans.synchronizedMethods(Set.of()), BannedCalls.Monitors.class).isEmpty());
  }

  @Test
  void sansIo() {
    String report = violations(Bans.sansIo("..violations.consensus.."));
    assertTrue(report.contains("ReentrantLock") && report.contains("org.slf4j"), report);
  }

  @Test
  void directionIsHeldUpwardsAndSideways() {
    String report = violations(Layers.oneDirection(VIOLATIONS));
    assertTrue(report.contains("world.UsesPeer"), report);
    assertTrue(report.contains("journal.KnowsTheProtocol"), report);
    assertFalse(report.contains("Class <" + VIOLATIONS + ".peer"), report);
  }

  @Test
  void cycles() {
    assertTrue(violations(Layers.noCycles(VIOLATIONS)).contains("Cycle detected"));
  }

  @Test
  void network() {
    assertTrue(violations(Layers.coreHasNoNetwork(VIOLATIONS)).contains("java.net.Socket"));
  }

  @Test
  void logging() {
    String report = violations(Layers.logsThroughSlf4jOnly(), PrintsAndLogs.class);
    for (String way : new String[] {"logs", "logsOfTheJdk", "prints", "printsErrors", "traces"}) {
      assertTrue(report.contains("." + way + "("), () -> way + " is not in " + report);
    }
    assertFalse(report.contains(".allowed("), report);
  }

  @Test
  void rocksDb() {
    assertTrue(violations(Layers.rocksDbStaysInside(VIOLATIONS)).contains("org.rocksdb.RocksDB"));
  }

  @Test
  void files() {
    assertTrue(
        violations(Layers.diskIsTheOnlyWayToFiles(VIOLATIONS)).contains("java.nio.file.Files"));
  }

  private static String violations(ArchRule rule, Class<?>... classes) {
    JavaClasses imported =
        classes.length == 0
            ? new ClassFileImporter().importPackages(VIOLATIONS)
            : new ClassFileImporter().importClasses(classes);
    return String.join("\n", rule.evaluate(imported).getFailureReport().getDetails());
  }
}
