package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.DATABASE;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A site of uploads in Django, under Apache with mod_wsgi; nginx serves the same files. All see the
 * upload directory through the mount of their host.
 */
final class Django implements WebApplication {
  /** Under the mount: what Django calls MEDIA_ROOT. */
  static final String MEDIA = "media";

  private static final List<String> CODE =
      List.of(
          "site_settings.py",
          "site_wsgi.py",
          "uploads/__init__.py",
          "uploads/models.py",
          "uploads/urls.py",
          "uploads/views.py",
          "uploads/templates/base.html",
          "uploads/templates/detail.html",
          "uploads/templates/form.html",
          "uploads/templates/newest.html");

  private final Path code;
  private final SiteStore store;
  private final String secret = UUID.randomUUID().toString();

  /**
   * One whose code is copied to a directory.
   *
   * @param store is mounted where it runs
   */
  Django(Path code, SiteStore store) throws IOException {
    this.code = code;
    this.store = store;
    for (String file : CODE) {
      Template.copy("django/" + file, code.resolve(file));
    }
  }

  @Override
  public String title() {
    return "Django";
  }

  @Override
  public int port() {
    return 8080;
  }

  @Override
  public int filePort() {
    return 8081;
  }

  @Override
  public String healthPath() {
    return "/health";
  }

  @Override
  public String fileHealthPath() {
    return "/fast/health.txt";
  }

  @Override
  public String directory() {
    return MEDIA;
  }

  private Path media(int host) {
    return store.mount(host).resolve(MEDIA);
  }

  /** Makes the upload directory and the tables; once, when store and database run. */
  void prepare(SiteNetwork network) throws IOException, InterruptedException {
    SiteHost first = network.host(1);
    first.run("mkdir", media(1).toString());
    first.run("bash", "-c", "echo well > " + media(1) + "/health.txt");
    first.run("chown", "-R", "www-data:www-data", media(1).toString());
    // Debian's Python has Debian's Django; another may come first in PATH.
    HostProgram migration =
        first.start(
            "migrate",
            environment(network, first),
            List.of("/usr/bin/python3", "-m", "django", "migrate", "--run-syncdb", "-v0"));
    migration.awaitSuccess();
  }

  private Map<String, String> environment(SiteNetwork network, SiteHost host) {
    return Map.of(
        "PYTHONPATH", code.toString(),
        "PYTHONDONTWRITEBYTECODE", "1",
        "DJANGO_SETTINGS_MODULE", "site_settings",
        "SITE_SECRET", secret,
        "SITE_DATABASE", network.address(DATABASE),
        "SITE_MEDIA_ROOT", media(host.number()).toString(),
        "SITE_TEMP", host.directory().resolve("temp").toString());
  }

  @Override
  public Map<String, HostProgram> start(SiteNetwork network, SiteHost host)
      throws IOException, InterruptedException {
    Path temp = Files.createDirectories(host.directory().resolve("temp"));
    Programs.run(List.of("chown", "www-data", temp.toString()));
    Map<String, String> values =
        Map.of(
            "directory", host.directory().toString(),
            "listen", network.bracketed(host.number()),
            "code", code.toString(),
            "media", media(host.number()).toString());
    Path apache = host.directory().resolve("apache.conf");
    Template.write("apache.conf", values, apache);
    Path nginx = host.directory().resolve("nginx.conf");
    Template.write("nginx.conf", values, nginx);
    // A host that was switched off has left it.
    Files.deleteIfExists(host.directory().resolve("apache.pid"));
    Map<String, HostProgram> programs = new LinkedHashMap<>();
    programs.put(
        "apache",
        host.start(
            "apache",
            environment(network, host),
            List.of("apache2", "-f", apache.toString(), "-DFOREGROUND")));
    programs.put("nginx", host.start("nginx", Map.of(), List.of("nginx", "-c", nginx.toString())));
    return programs;
  }
}
