package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the files that must be there with those that are, in one directory. It is also a
 * program, as a mount is seen only on its host.
 */
final class FileCheck {
  private FileCheck() {}

  /**
   * What it came to.
   *
   * @param missing files that are not there, or can not be read
   * @param different files with other content
   * @param first one that is not as it must be, and why; empty if all are
   */
  record Result(long files, long bytes, long missing, long different, String first) {
    boolean isGood() {
      return missing == 0 && different == 0;
    }

    String line() {
      return files + " " + bytes + " " + missing + " " + different + " " + first;
    }

    static Result parse(String line) {
      String[] words = line.split(" ", 5);
      return new Result(
          Long.parseLong(words[0]),
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[3]),
          words[4]);
    }
  }

  /** The program: {@code LIST DIRECTORY}, the list as {@link Catalog} writes it. */
  public static void main(String[] words) throws IOException {
    Result result = check(Path.of(words[0]), Path.of(words[1]));
    new PrintStream(System.out, true, StandardCharsets.UTF_8).println(result.line());
  }

  /** On a host. */
  static Result on(SiteHost host, Path list, Path directory)
      throws IOException, InterruptedException {
    List<String> arguments = List.of(list.toString(), directory.toString());
    return Result.parse(
        Programs.run(Programs.java(host.on(), FileCheck.class, arguments)).strip() + " ");
  }

  static Result check(Path list, Path directory) throws IOException {
    long bytes = 0;
    long missing = 0;
    long different = 0;
    List<String> first = new ArrayList<>();
    List<String> lines = Files.readAllLines(list);
    for (String line : lines) {
      String[] words = line.split(" ", 3);
      FileContent content = new FileContent(Long.parseLong(words[0]), Long.parseLong(words[1]));
      bytes += content.bytes();
      try {
        if (!content.matches(directory.resolve(words[2]))) {
          different++;
          first.add(words[2] + " differs");
        }
      } catch (IOException e) {
        missing++;
        first.add(e.toString());
      }
    }
    return new Result(
        lines.size(), bytes, missing, different, first.isEmpty() ? "" : first.getFirst());
  }
}
