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
  static final String SWITCH_OVER = "switch over";
  static final String ROLL_BACK = "roll back";

  private static final int WEB_USER = 33;
  private static final Pattern COPIED = Pattern.compile("\"copied\":(\\d+)");

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

  /** Runs a command that copies, and answers how many files it has copied. */
  private long copy(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add(1, "--json");
    String last = Programs.run(quorate(all.toArray(String[]::new))).lines().toList().getLast();
    Matcher copied = COPIED.matcher(last);
    if (!copied.find()) {
      throw new IOException(words[0] + " said: " + last);
    }
    return Long.parseLong(copied.group(1));
  }

  private void importFiles() throws IOException, InterruptedException {
    recorder.phase("import, interrupted");
    long beginNanos = System.nanoTime();
    HostProgram interrupted = first.start("import", Map.of(), importing());
    WebSite.await("a part is imported", () -> !interrupted.isAlive() || importedFiles() >= 20);
    interrupted.kill();
    long part = importedFiles();
    recorder.phase("import, resumed");
    long copied = importWhatIsLeft();
    long all = importedFiles();
    recorder.say("  %,d files were there, %,d copied, %,d are there now", part, copied, all);
    // While the site goes on some are copied more than once, but not all that were there.
    if (copied > all - part / 2) {
      throw new IOException("what was imported was imported again");
    }
    recorder.end();
    recorder.add(recorder.part("import", beginNanos, System.nanoTime()));
  }

  private List<String> importing() {
    List<String> words =
        List.of("import", "-c", target.clientFile().toString(), old().toString(), imported());
    return Programs.java(List.of(), Quorate.class, words);
  }

  /** The site goes on and may change something in every pass; then it is told to go on later. */
  private long importWhatIsLeft() throws IOException, InterruptedException {
    try {
      return copy("import", "--passes=20", old().toString(), imported());
    } catch (IOException e) {
      Matcher copied = COPIED.matcher(String.valueOf(e.getMessage()));
      if (copied.find() && String.valueOf(e.getMessage()).contains("\"failed\":0")) {
        return Long.parseLong(copied.group(1));
      }
      throw e;
    }
  }

  private long importedFiles() throws IOException, InterruptedException {
    Path there = target.mount(1).resolve(Django.MEDIA);
    String names = first.run("bash", "-c", "find " + there + " -type f 2>/dev/null || true");
    return names.lines().count();
  }

  /** Nothing is served between {@code stop} and {@code go}; that is the time that it takes. */
  private void switchOver() throws IOException, InterruptedException {
    recorder.phase(SWITCH_OVER);
    long beginNanos = System.nanoTime();
    stop();
    // It succeeds only when all content is equal.
    long rest = copy("import", "--delete", old().toString(), imported());
    for (int host = 1; host <= WEB_HOSTS; host++) {
      Path mount = site.store().mount(host);
      SiteHost each = site.network().host(host);
      each.run("mkdir", "-p", before(host).toString());
      each.run("mount", "--move", mount.toString(), before(host).toString());
      each.run("mount", "--bind", target.mount(host).toString(), mount.toString());
    }
    go();
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    recorder.say("  %,d files copied; nothing was served for %.1f s", rest, seconds);
    recorder.end();
    recorder.add(recorder.part(SWITCH_OVER, beginNanos, System.nanoTime()));
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
    recorder.phase(ROLL_BACK);
    long beginNanos = System.nanoTime();
    stop();
    Path back = before(1).resolve(Django.MEDIA);
    long rest = copy("sync", "--delete", imported(), back.toString());
    first.run("chown", "-R", WEB_USER + ":" + WEB_USER, back.toString());
    for (int host = 1; host <= WEB_HOSTS; host++) {
      Path mount = site.store().mount(host);
      SiteHost each = site.network().host(host);
      each.run("umount", mount.toString());
      each.run("mount", "--move", before(host).toString(), mount.toString());
    }
    go();
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    recorder.say("  %,d files copied; nothing was served for %.1f s", rest, seconds);
    recorder.end();
    recorder.add(recorder.part(ROLL_BACK, beginNanos, System.nanoTime()));
  }
}
