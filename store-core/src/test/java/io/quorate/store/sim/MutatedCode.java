package io.quorate.store.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** The product and the simulator, loaded once more with one {@link CodeEdit} in it. */
final class MutatedCode extends ClassLoader {
  private static final String PACKAGE = "io.quorate.store.";

  private final CodeEdit edit;
  private final Method run;

  MutatedCode(CodeEdit edit) {
    super("mutated", MutatedCode.class.getClassLoader());
    this.edit = edit;
    try {
      // What is edited first: an edit that changes nothing must not pass for one that was missed.
      loadClass(PACKAGE + edit.type());
      run = loadClass(Entrance.class.getName()).getDeclaredMethod("run", long.class, int.class);
      run.setAccessible(true);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can not load " + edit, e);
    }
  }

  /** The first line of why {@code seed} failed in the mutated code, or null if it passed. */
  @Nullable String run(long seed, int calls) {
    try {
      return (String) run.invoke(null, seed, calls);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("the mutated simulation can not run", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(PACKAGE)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] edited = name.equals(PACKAGE + edit.type()) ? edit.apply(bytes) : bytes;
      return defineClass(name, edited, 0, edited.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** What is called in the mutated copy of this class; speaks only in types of the JDK. */
  static final class Entrance {
    private Entrance() {}

    static @Nullable String run(long seed, int calls) {
      try {
        ClusterSimulation.run(seed, null, RunSettings.ofCalls(calls), ClusterMutation.NONE);
        return null;
      } catch (SimulationError e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      }
    }
  }
}
