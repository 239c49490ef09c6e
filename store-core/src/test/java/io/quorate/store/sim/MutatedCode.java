package io.quorate.store.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The product and the simulator, loaded once more with {@link CodeEdit}s in it. */
public final class MutatedCode extends ClassLoader {
  private static final String PACKAGE = "io.quorate.store.";

  private final List<CodeEdit> edits;
  private final LongFunction<@Nullable String> check;

  MutatedCode(CodeMutation mutation) {
    this(mutation.edits(), mutation.noticedBy().className());
  }

  /**
   * @param checkClass name of a {@code LongFunction} that runs a seed and answers what is wrong
   */
  @SuppressWarnings("unchecked")
  public MutatedCode(List<CodeEdit> edits, String checkClass) {
    super("mutated", MutatedCode.class.getClassLoader());
    this.edits = edits;
    try {
      // What is edited first: an edit that changes nothing must not pass for one that was missed.
      for (CodeEdit edit : edits) {
        loadClass(PACKAGE + edit.type());
      }
      Constructor<?> constructor = loadClass(checkClass).getDeclaredConstructor();
      constructor.setAccessible(true);
      check = (LongFunction<@Nullable String>) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can not load " + edits, e);
    }
  }

  /** The first line of why {@code seed} failed in the mutated code, or null if it passed. */
  public @Nullable String run(long seed) {
    String why = check.apply(seed);
    return why == null ? null : why.lines().findFirst().orElse("");
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
      for (CodeEdit edit : edits) {
        bytes = name.equals(PACKAGE + edit.type()) ? edit.apply(bytes) : bytes;
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
