package io.quorate.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The API's documentation can be made, and shows the examples that {@link StoreSnippetsTest} runs.
 */
class DocumentationTest {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Path SNIPPETS = Path.of("src", "test", "java");

  private static int javadoc(Path target, StringWriter report, Path... files) {
    PrintWriter out = new PrintWriter(report);
    String[] options = {
      "-quiet",
      "-Xdoclint:reference,syntax",
      "-Werror",
      "-encoding",
      "UTF-8",
      "-d",
      target.toString(),
      "-sourcepath",
      SOURCES.toString(),
      "-classpath",
      System.getProperty("java.class.path"),
      "--snippet-path",
      SNIPPETS.toString()
    };
    String[] all = java.util.Arrays.copyOf(options, options.length + files.length);
    for (int i = 0; i < files.length; i++) {
      all[options.length + i] = files[i].toString();
    }
    return ToolProvider.findFirst("javadoc").orElseThrow().run(out, out, all);
  }

  private static Path api(String name) {
    return SOURCES.resolve("io/quorate/store").resolve(name + ".java");
  }

  @Test
  void theApiShowsWhatIsTested(@TempDir Path target) throws IOException {
    StringWriter report = new StringWriter();
    int status = javadoc(target, report, api("Store"), api("FileUpload"), api("FileDownload"));
    assertEquals(0, status, report::toString);
    Path pages = target.resolve("io/quorate/store");
    String store = Files.readString(pages.resolve("Store.html"));
    assertTrue(store.contains("increment(Path counter)"), "the condition");
    assertTrue(store.contains("isSame(Path ofTheStore"), "the checksum");
    assertTrue(store.contains("bytesIn(Path directory)"), "the listing");
    assertTrue(store.contains("follow(BlockingQueue"), "the changes");
    assertTrue(store.contains("countLines(Path file)"), "the asynchronous get");
    assertTrue(store.contains("deliver(ByteBuffer message"), "the asynchronous put");
    assertTrue(store.contains("copy(Path local"), "the put of a stream");
    assertTrue(store.contains("isPng(Path file)"), "the asynchronous read");
    assertTrue(Files.readString(pages.resolve("FileUpload.html")).contains("receive(Path target"));
    assertTrue(Files.readString(pages.resolve("FileDownload.html")).contains("send(Path file"));
  }

  @Test
  void anExampleThatIsMissingFailsTheBuild(@TempDir Path directory) throws IOException {
    Path wrong = directory.resolve("Wrong.java");
    Files.writeString(
        wrong,
        """
        /** Shows {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="none"}. */
        public class Wrong {}
        """);
    StringWriter report = new StringWriter();
    assertTrue(javadoc(directory.resolve("out"), report, wrong) != 0, report::toString);
  }
}
