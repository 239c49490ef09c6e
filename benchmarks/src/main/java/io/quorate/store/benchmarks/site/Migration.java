package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.Quorate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A site that runs on GlusterFS goes over to Quorate and back again, with visitors all the time, as
 * the guide has it: files are copied while the site runs, twice since the first copy is
 * interrupted; then nothing is served while the rest is copied and the mounts change places.
 */
final class Migration {
  private static final int WEB_USER = 33;
  private static final Pattern COUNT = Pattern.compile("\"(copied|unchanged|removed)\":(\\d+)");

  private final WebSite site;
  private final QuorateStore target;
  private final Visitors visitors;
  private final SiteCourse.Amounts amounts;
  private final SiteRecorder recorder;
  private final SiteHost first;

  Migration(
      WebSite site,
      QuorateStore target,
      Visitors visitors,
      SiteCourse.Amounts amounts,
      SiteRecorder recorder) {
    this.site = site;
    this.target = target;
    this.visitors = visitors;
    this.amounts = amounts;
    this.recorder = recorder;
    this.first = site.network().host(1);
  }

  /** What one run of {@code quorate sync} did. */
  private record Synced(long copied, long unchanged, long removed) {
    static Synced parse(String said) throws IOException {
      String last = said.lines().reduce("", (_, line) -> line);
      long[] counts = {-1, -1, -1};
      Matcher count = COUNT.matcher(last);
      while (count.find()) {
        int index = List.of("copied", "unchanged", "removed").indexOf(count.group(1));
        counts[index] = Long.parseLong(count.group(2));
      }
      if (counts[0] < 0 || counts[1] < 0 || counts[2] < 0) {
        throw new IOException("quorate sync said: " + last);
      }
      return new Synced(counts[0], counts[1], counts[2]);
    }
  }

  SiteResults run(Path directory) throws IOException, InterruptedException {
    visitors.login();
    recorder.say("uploading %,d files to %s", amounts.files(), site.store().title());
    visitors.upload(amounts.files());
    visitors.beginRate(amounts.faultRate());
    target.start();
    importFiles();
    switchOver();
    look("on Quorate");
    recorder.compareMounts(target, Django.MEDIA, directory);
    visitors.beginRate(amounts.faultRate());
    rollBack();
    look("on GlusterFS again");
    recorder.compare(site.store(), Django.MEDIA, directory);
    return recorder.results();
  }

  private Path old() {
    return site.store().mount(1).resolve(Django.MEDIA);
  }

  private String imported() {
    return "quorate:/" + Django.MEDIA;
  }

  private List<String> quorate(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(1, List.of("-c", target.clientFile().toString()));
    return Programs.java(first.on(), Quorate.class, all);
  }

  private Synced sync(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("sync", "--json"));
    all.addAll(List.of(words));
    return Synced.parse(Programs.run(quorate(all.toArray(String[]::new))));
  }

  private void importFiles() throws IOException, InterruptedException {
    recorder.phase("import, interrupted");
    long beginNanos = System.nanoTime();
    List<String> words =
        Programs.java(
            List.of(),
            Quorate.class,
            List.of(
                "sync", "-c", target.clientFile().toString(), old().toString(), imported()));
    HostProgram interrupted = first.start("import", Map.of(), words);
    WebSite.await("a part is imported", () -> !interrupted.isAlive() || importedFiles() >= 20);
    interrupted.kill();
    long part = importedFiles();
    recorder.phase("import, resumed");
    Synced resumed = sync(old().toString(), imported());
    recorder.say("  %,d files were there, %s", part, resumed);
    if (resumed.unchanged() < part / 2) {
      throw new IOException("what was imported was imported again");
    }
    recorder.say("  once more, for what has changed: %s", sync(old().toString(), imported()));
    recorder.end();
    recorder.add(recorder.part("import", beginNanos, System.nanoTime()));
  }

  private long importedFiles() throws IOException, InterruptedException {
    Path there = target.mount(1).resolve(Django.MEDIA);
    String names = first.run("bash", "-c", "find " + there + " -type f 2>/dev/null || true");
    return names.lines().count();
  }

  /** Nothing is served between {@code stop} and {@code go}; that is the time that it takes. */
  private void switchOver() throws IOException, InterruptedException {
    recorder.phase("switch over");
    long beginNanos = System.nanoTime();
    stop();
    Synced rest = sync("--delete", old().toString(), imported());
    Programs.run(quorate("chown", "-R", WEB_USER + ":" + WEB_USER, "/" + Django.MEDIA));
    Synced check = sync("--checksum", "--dry-run", old().toString(), imported());
    if (check.copied() != 0) {
      throw new IOException("files differ after the last import: " + check);
    }
    for (int host = 1; host <= WEB_HOSTS; host++) {
      Path mount = site.store().mount(host);
      SiteHost each = site.network().host(host);
      each.run("mkdir", "-p", before(host).toString());
      each.run("mount", "--move", mount.toString(), before(host).toString());
      each.run("mount", "--bind", target.mount(host).toString(), mount.toString());
    }
    go();
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    recorder.say("  %s, all compared; nothing was served for %.1f s", rest, seconds);
    recorder.end();
    recorder.add(recorder.part("switch over", beginNanos, System.nanoTime()));
  }

  private Path before(int host) {
    return site.network().host(host).directory().resolve("before");
  }

  private void stop() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      site.setState(host, "drain");
    }
    for (int host = 1; host <= WEB_HOSTS; host++) {
      site.awaitIdle(host);
    }
  }

  private void go() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      site.setState(host, "ready");
    }
    site.awaitInService();
  }

  private void look(String title) throws IOException, InterruptedException {
    recorder.phase(title);
    long beginNanos = System.nanoTime();
    Thread.sleep((long) (amounts.seconds() * 1000));
    long endNanos = System.nanoTime();
    visitors.endRate();
    recorder.add(recorder.part(title, beginNanos, endNanos));
  }

  /** The same in the other direction, with what was uploaded and deleted meanwhile. */
  private void rollBack() throws IOException, InterruptedException {
    recorder.phase("roll back");
    long beginNanos = System.nanoTime();
    stop();
    Path back = before(1).resolve(Django.MEDIA);
    Synced rest = sync("--delete", imported(), back.toString());
    first.run("chown", "-R", WEB_USER + ":" + WEB_USER, back.toString());
    for (int host = 1; host <= WEB_HOSTS; host++) {
      Path mount = site.store().mount(host);
      SiteHost each = site.network().host(host);
      each.run("umount", mount.toString());
      each.run("mount", "--move", before(host).toString(), mount.toString());
    }
    go();
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    recorder.say("  %s; nothing was served for %.1f s", rest, seconds);
    recorder.end();
    recorder.add(recorder.part("roll back", beginNanos, System.nanoTime()));
  }
}
