package io.quorate.store.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The one direction from call to disk. */
public final class Layers {

  /**
   * From the disk up. A package may use those of lower rows, and of its own row only itself: the
   * protocol knows no journal, the journal no protocol, and the metadata neither.
   */
  private static final List<List<String>> FROM_THE_DISK_UP =
      List.of(
          List.of("world"),
          List.of("log", "table"),
          List.of("consensus", "journal", "metadata"),
          List.of("chunk", "gateway"),
          List.of("peer"),
          List.of("file"),
          List.of("nio"));

  private Layers() {}

  static ArchRule oneDirection(String base) {
    List<ArchRule> rules = new ArrayList<>();
    for (int row = 0; row < FROM_THE_DISK_UP.size(); row++) {
      for (String name : FROM_THE_DISK_UP.get(row)) {
        List<String> outOfReach = new ArrayList<>(FROM_THE_DISK_UP.get(row));
        outOfReach.remove(name);
        FROM_THE_DISK_UP.subList(row + 1, FROM_THE_DISK_UP.size()).forEach(outOfReach::addAll);
        if (!outOfReach.isEmpty()) {
          rules.add(
              noClasses()
                  .that()
                  .resideInAPackage(inside(base, name))
                  .should()
                  .dependOnClassesThat()
                  .resideInAnyPackage(
                      outOfReach.stream().map(other -> inside(base, other)).toArray(String[]::new))
                  .allowEmptyShould(true));
        }
      }
    }
    return CompositeArchRule.of(rules).as("packages depend in one direction: " + FROM_THE_DISK_UP);
  }

  /** The packages directly under {@code base}, each with what is below it. */
  public static ArchRule noCycles(String base) {
    return slices()
        .matching(base + ".(*)..")
        .should()
        .beFreeOfCycles()
        .as("packages of " + base + " form no cycle")
        .allowEmptyShould(true);
  }

  /** Core encodes to bytes; what carries them is the business of store-net. */
  static ArchRule coreHasNoNetwork(String base) {
    return noClasses()
        .that()
        .resideInAPackage(base + "..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.netty..", "com.google.protobuf..", "java.net..")
                // A name only; java.nio.file needs it.
                .and(not(type(URI.class))))
        .as("store-core has no network");
  }

  /** RocksDB has a twin in memory, which stands in for it in the simulator; both are tables. */
  static ArchRule rocksDbStaysInside(String base) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(inside(base, "table"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.rocksdb..")
        .as("RocksDB is used by table only");
  }

  /** Files are reached through Disk, so that the simulator can lose what was not synced. */
  static ArchRule diskIsTheOnlyWayToFiles(String base) {
    return noClasses()
        .that()
        .resideInAnyPackage(inside(base, "journal"), inside(base, "log"), inside(base, "peer"))
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.nio\\.channels\\..*|java\\.nio\\.file\\.Files|java\\.io\\.(File|RandomAccessFile"
                + "|FileInputStream|FileOutputStream|FileReader|FileWriter)")
        .as("journal, log and peer reach files through Disk only")
        .allowEmptyShould(true);
  }

  /** The application decides where lines go; a library that prints takes that from it. */
  public static ArchRule logsThroughSlf4jOnly() {
    return noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.util.logging..",
                    "org.apache.log4j..",
                    "org.apache.logging..",
                    "org.apache.commons.logging..",
                    "ch.qos.logback..",
                    "io.netty.util.internal.logging..",
                    "org.slf4j.simple..")
                .or(type(System.Logger.class)))
        .orShould()
        .accessTargetWhere(
            describe(
                "prints",
                (JavaAccess<?> access) ->
                    (access.getTargetOwner().isEquivalentTo(System.class)
                            && Set.of("out", "err").contains(access.getName()))
                        || access.getName().equals("printStackTrace")))
        .as("lines go through SLF4J and nowhere else");
  }

  private static String inside(String base, String name) {
    return base + "." + name + "..";
  }
}
