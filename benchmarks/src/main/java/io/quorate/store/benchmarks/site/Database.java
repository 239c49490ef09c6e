package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** MariaDB on its host, with one database and one user, both named site. */
final class Database {
  private static final long POLL_MILLIS = 50;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final String INIT =
      """
      CREATE DATABASE site CHARACTER SET utf8mb4;
      CREATE USER 'site'@'%' IDENTIFIED BY 'site';
      GRANT ALL ON site.* TO 'site'@'%';
      """;

  private Database() {}

  /** Starts an empty one; returns when it answers. */
  static HostProgram start(SiteHost host, String any) throws IOException, InterruptedException {
    Path data = host.directory().resolve("database");
    Path socket = host.directory().resolve("database.sock");
    Path init = Files.writeString(host.directory().resolve("database.sql"), INIT);
    // Its server, run as the user mysql, makes its socket there.
    Programs.run(List.of("chown", "mysql", host.directory().toString()));
    host.run(
        "mariadb-install-db",
        "--no-defaults",
        "--user=mysql",
        "--datadir=" + data,
        "--skip-test-db",
        "--auth-root-authentication-method=normal");
    HostProgram server =
        host.start(
            "mariadb",
            Map.of(),
            List.of(
                "mariadbd",
                "--no-defaults",
                "--user=mysql",
                "--datadir=" + data,
                "--socket=" + socket,
                "--pid-file=" + data.resolve("pid"),
                "--port=3306",
                "--bind-address=" + any,
                "--skip-name-resolve",
                "--init-file=" + init,
                "--max-connections=200",
                "--innodb-buffer-pool-size=64M"));
    await(host, server, socket);
    return server;
  }

  private static void await(SiteHost host, HostProgram server, Path socket)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        host.run(
            "mariadb", "--no-defaults", "-usite", "-psite", "-S" + socket, "-eSELECT 1", "site");
        return;
      } catch (IOException e) {
        server.check();
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }
}
