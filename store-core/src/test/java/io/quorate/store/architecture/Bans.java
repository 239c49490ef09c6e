package io.quorate.store.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * What code outside the shells must not call.
 *
 * <p>The simulator owns time, threads and chance. A call below would reach around it: a run could
 * not be replayed from its seed, or would stop the simulator's only thread. {@code World} offers
 * each of these things instead. Static imports, inherited methods and method references count too.
 */
public enum Bans {
  CLOCKS("reads a clock; ask World.nanoTime or World.wallClockNanos") {
    @Override
    boolean forbids(String owner, String name, List<String> parameters) {
      return isOneOf(owner, name, "java.lang.System.nanoTime", "java.lang.System.currentTimeMillis")
          || (owner.startsWith("java.time.") && name.equals("now"))
          || (owner.equals("java.time.Clock")
              && (name.startsWith("system") || name.startsWith("tick")))
          || (owner.equals("java.util.Date") && name.equals(CONSTRUCTOR) && parameters.isEmpty())
          || isOneOf(
              owner,
              name,
              "java.util.Calendar.getInstance",
              "com.google.common.base.Ticker.systemTicker",
              "com.google.common.base.Stopwatch.createStarted",
              "com.google.common.base.Stopwatch.createUnstarted");
    }
  },

  THREADS("makes a thread or a pool; use World.spawn and World.schedule") {
    @Override
    boolean forbids(String owner, String name, List<String> parameters) {
      return (owner.equals("java.lang.Thread")
              && (name.equals(CONSTRUCTOR)
                  || name.equals("start")
                  || name.equals("startVirtualThread")
                  || name.equals("ofVirtual")
                  || name.equals("ofPlatform")))
          || owner.equals("java.util.concurrent.Executors")
          || owner.equals("java.util.Timer")
          || (name.equals(CONSTRUCTOR)
              && isOneOf(
                  owner,
                  "",
                  "java.util.concurrent.ThreadPoolExecutor.",
                  "java.util.concurrent.ScheduledThreadPoolExecutor.",
                  "java.util.concurrent.ForkJoinPool."))
          || isOneOf(
              owner,
              name,
              "java.util.concurrent.ForkJoinPool.commonPool",
              "java.util.Collection.parallelStream",
              "java.util.stream.BaseStream.parallel");
    }
  },

  TIMED_WAITS(
      "waits for a stated time; complete a future from World.schedule, or use World.await") {
    @Override
    boolean forbids(String owner, String name, List<String> parameters) {
      boolean takesTime =
          parameters.contains("java.util.concurrent.TimeUnit")
              || parameters.contains("java.time.Duration");
      boolean waitsSomewhere =
          owner.startsWith("java.util.concurrent.") || owner.startsWith("com.google.common.");
      return (takesTime && waitsSomewhere && !owner.equals("java.util.concurrent.TimeUnit"))
          || isOneOf(
              owner,
              name,
              "java.lang.Thread.sleep",
              "java.util.concurrent.TimeUnit.sleep",
              "java.util.concurrent.TimeUnit.timedWait",
              "java.util.concurrent.TimeUnit.timedJoin",
              "java.util.concurrent.locks.Condition.awaitNanos",
              "java.util.concurrent.locks.Condition.awaitUntil",
              "java.util.concurrent.locks.LockSupport.parkNanos",
              "java.util.concurrent.locks.LockSupport.parkUntil",
              "java.lang.Object.wait")
          || (owner.equals("java.lang.Thread") && name.equals("join") && !parameters.isEmpty());
    }
  },

  CHANCE("is not decided by the seed; use World.randomLong") {
    @Override
    boolean forbids(String owner, String name, List<String> parameters) {
      return RANDOM_SOURCES.contains(owner)
          || owner.equals("java.util.random.RandomGeneratorFactory")
          || isOneOf(
              owner,
              name,
              "java.util.random.RandomGenerator.of",
              "java.util.random.RandomGenerator.getDefault",
              "java.lang.Math.random",
              "java.util.UUID.randomUUID")
          || (isOneOf(owner, name, "java.util.Collections.shuffle") && parameters.size() == 1);
    }
  },

  DEFAULT_EXECUTORS("runs on the common pool; pass an executor") {
    @Override
    boolean forbids(String owner, String name, List<String> parameters) {
      return (owner.equals("java.util.concurrent.CompletableFuture")
              || owner.equals("java.util.concurrent.CompletionStage"))
          && name.endsWith("Async")
          && !parameters.contains("java.util.concurrent.Executor");
    }
  },

  IDENTITY_HASHES("differs from run to run; key by a value, in insertion or natural order") {
    @Override
    boolean forbids(String owner, String name, List<String> parameters) {
      return owner.equals("java.util.IdentityHashMap")
          || isOneOf(owner, name, "java.lang.System.identityHashCode");
    }
  };

  private static final String CONSTRUCTOR = "<init>";

  private static final Set<String> RANDOM_SOURCES =
      Set.of(
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.security.SecureRandom",
          "java.util.concurrent.ThreadLocalRandom");

  private final String reason;

  Bans(String reason) {
    this.reason = reason;
  }

  /** Whether a call is banned; {@code owner} is the class that declares the method. */
  abstract boolean forbids(String owner, String name, List<String> parameters);

  /**
   * The rule for all classes except {@code shells}, which are binary names of top-level classes and
   * cover what is nested in them.
   */
  public ArchRule outside(Set<String> shells) {
    return noClasses()
        .that(areNot(shells))
        .should()
        .accessTargetWhere(calls(this::forbidsDeclared))
        .as("outside the shells, no class " + reason)
        .allowEmptyShould(true);
  }

  /** Contended monitors escape the simulator's scheduler; locks of java.util.concurrent do not. */
  public static ArchRule synchronizedMethods(Set<String> shells) {
    return noMethods()
        .that()
        .areDeclaredInClassesThat(areNot(shells))
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED)
        .as("outside the shells, no method is synchronized; use a ReentrantLock")
        .allowEmptyShould(true);
  }

  /**
   * The protocol takes inputs and returns effects: no clock, thread, future, logger, socket, file.
   */
  public static ArchRule sansIo(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.util.concurrent..",
                    "java.nio.channels..",
                    "java.nio.file..",
                    "java.net..",
                    "java.io..",
                    "org.slf4j..",
                    "org.rocksdb..",
                    "io.quorate.store..world..")
                .or(named("java.lang.Thread", "java.time.Clock"))
                .and(DescribedPredicate.not(named("java.io.Serializable"))))
        .as("the protocol takes inputs and returns effects, and does nothing else")
        .allowEmptyShould(true);
  }

  private boolean forbidsDeclared(JavaMember declared, List<String> parameters) {
    return forbids(declared.getOwner().getName(), declared.getName(), parameters);
  }

  static DescribedPredicate<JavaClass> areNot(Set<String> shells) {
    return DescribedPredicate.describe(
        "are not shells", javaClass -> !shells.contains(topLevelName(javaClass)));
  }

  private static String topLevelName(JavaClass javaClass) {
    String name = javaClass.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static DescribedPredicate<JavaClass> named(String... names) {
    return DescribedPredicate.describe(
        "named " + List.of(names), javaClass -> List.of(names).contains(javaClass.getName()));
  }

  private static boolean isOneOf(String owner, String name, String... members) {
    return Arrays.asList(members).contains(owner + "." + name);
  }

  /** A call names the class it is made on; the ban is on the class that declares the method. */
  private static DescribedPredicate<JavaAccess<?>> calls(
      BiPredicate<JavaMember, List<String>> forbidden) {
    return DescribedPredicate.describe(
        "a banned member",
        access ->
            access.getTarget().resolveMember().stream()
                .anyMatch(
                    member ->
                        member instanceof com.tngtech.archunit.core.domain.JavaCodeUnit unit
                            && forbidden.test(
                                unit,
                                unit.getRawParameterTypes().stream()
                                    .map(JavaClass::getName)
                                    .toList())));
  }
}
