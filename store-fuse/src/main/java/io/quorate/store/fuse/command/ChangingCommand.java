package io.quorate.store.fuse.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command that changes things, and tells programs of each thing that it has done. */
abstract class ChangingCommand extends ClientCommand {
  @Mixin private JsonOption json;

  final boolean json() {
    return json.wanted();
  }

  /**
   * Tells of a thing done, if a program wants to know: an object in a line. Any thread may call it.
   *
   * @param path what is now there, changed or gone
   * @param more names and values, by turns
   */
  final void done(String action, String path, @Nullable Object... more) {
    if (json.wanted()) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("action", action);
      object.put("path", path);
      for (int i = 0; i < more.length; i += 2) {
        object.put(String.valueOf(more[i]), more[i + 1]);
      }
      print(object);
    }
  }

  final void done(String action, Path path, @Nullable Object... more) {
    done(action, path.toString(), more);
  }
}
