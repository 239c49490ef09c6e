package io.quorate.store.benchmarks.duel;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.quorate.store.benchmarks.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run has written down.
 *
 * @param facts of the machine, the settings and the versions
 * @param stores their titles by their names
 */
record Run(Map<String, String> facts, Map<String, String> stores, List<Measured> figures) {
  /**
   * A row.
   *
   * @param paced whether it was done at a fixed rate, so that only latencies tell something
   * @param of each store by its name
   */
  record Measured(String name, String what, String unit, boolean paced, Map<String, Speeds> of) {}

  /**
   * How fast a store was.
   *
   * @param perSecond in each round
   * @param p99Micros in each round what 99 of 100 operations took no longer than
   * @param latencies of all operations of all rounds
   */
  record Speeds(Spread perSecond, Spread p99Micros, Histogram latencies) {}

  /** Reads the file that a run wrote. */
  static Run read(Path file) throws IOException {
    try {
      return parse(Files.readString(file));
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IOException(file + " is not what a run has written: " + e.getMessage(), e);
    }
  }

  static Run parse(String json) {
    JsonObject all = JsonParser.parseString(json).getAsJsonObject();
    List<Measured> figures = new ArrayList<>();
    all.getAsJsonArray("figures").forEach(figure -> figures.add(figure(figure.getAsJsonObject())));
    return new Run(
        texts(all.getAsJsonObject("run")), texts(all.getAsJsonObject("stores")), figures);
  }

  private static Map<String, String> texts(JsonObject object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object
        .asMap()
        .forEach(
            (name, value) ->
                texts.put(name, value.isJsonPrimitive() ? value.getAsString() : value.toString()));
    return texts;
  }

  private static Measured figure(JsonObject figure) {
    Map<String, Speeds> stores = new LinkedHashMap<>();
    figure
        .getAsJsonObject("stores")
        .asMap()
        .forEach((name, value) -> stores.put(name, speeds(value.getAsJsonObject())));
    return new Measured(
        figure.get("name").getAsString(),
        figure.get("what").getAsString(),
        figure.get("unit").getAsString(),
        figure.get("paced").getAsBoolean(),
        stores);
  }

  private static Speeds speeds(JsonObject store) {
    return new Speeds(
        spread(store.getAsJsonArray("rounds")),
        spread(store.getAsJsonArray("p99Micros")),
        Latencies.parse(store.get("latencies").getAsString()));
  }

  private static Spread spread(JsonArray rounds) {
    return Spread.of(rounds.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray());
  }
}
