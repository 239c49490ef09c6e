package io.quorate.store.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataSmokeTest {
  @Test
  void smoke() {
    try (Cluster c = Cluster.inMemory()) {
      c.mkdir("a");
      c.mkdir("a/b");
      Attributes f = c.put("a/b/f", c.chunk(16384));
      assertEquals(16384, f.sizeBytes());
      c.put("a/b/f", c.chunk(100), c.chunk(50));
      c.check();
      assertEquals(List.of("f"), c.list("a/b"));
      c.ok(new Command.Rename(Cluster.at("a/b/f"), Cluster.at("g"), Command.RenameMode.REPLACE));
      c.ok(new Command.Unlink(Cluster.at("g")));
      c.ok(new Command.RemoveDirectory(Cluster.at("a/b")));
      c.check();
      c.keepAlive();
      c.check();
      c.keepAlive();
      c.check();
      assertEquals(new Answer.Totals(2, 0), c.ask(new Query.Totals()));
    }
  }
}
