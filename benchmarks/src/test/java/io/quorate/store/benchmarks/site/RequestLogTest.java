package io.quorate.store.benchmarks.site;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.benchmarks.site.Request.Kind;
import io.quorate.store.benchmarks.site.Request.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestLogTest {
  private static Request request(Outcome outcome, long dueNanos, long endNanos) {
    String why = outcome == Outcome.ANSWERED ? "" : "status 503";
    return new Request(Kind.DETAIL, outcome, dueNanos, endNanos, 0, why);
  }

  @Test
  void aRequestIsTheSameAfterItWasALine() {
    Request request = request(Outcome.RETRIED, 10, 30);
    assertEquals(request, Request.parse(request.line()));
    Request plain = request(Outcome.ANSWERED, 10, 30);
    assertEquals(plain, Request.parse(plain.line()));
  }

  @Test
  void onlyGoodAnswersEndAGap() {
    List<Request> all =
        List.of(
            request(Outcome.ANSWERED, 90, 105),
            request(Outcome.FAILED, 100, 120),
            request(Outcome.WRONG, 110, 130),
            request(Outcome.RETRIED, 100, 155),
            request(Outcome.ANSWERED, 150, 160));
    assertEquals(50, RequestLog.longestGapNanos(all, 100, 200));
  }

  @Test
  void aGapMayEndAfterTheTimeThatIsLookedAt() {
    List<Request> all =
        List.of(request(Outcome.ANSWERED, 100, 110), request(Outcome.ANSWERED, 115, 190));
    assertEquals(80, RequestLog.longestGapNanos(all, 100, 120));
    assertEquals(10, RequestLog.longestGapNanos(all, 100, 110));
    assertEquals(310, RequestLog.longestGapNanos(all, 100, 500), "from 190 on there was nothing");
  }

  @Test
  void requestsCountByWhenTheyWereDue() {
    List<Request> all =
        List.of(
            request(Outcome.ANSWERED, 99, 150),
            request(Outcome.RETRIED, 100, 300),
            request(Outcome.FAILED, 199, 300),
            request(Outcome.WRONG, 150, 180),
            request(Outcome.ANSWERED, 200, 201));
    RequestLog.Summary summary = RequestLog.Summary.of(RequestLog.due(all, 100, 200));
    assertEquals(3, summary.count());
    assertEquals(1, summary.good());
    assertEquals(1, summary.retried());
    assertEquals(1, summary.failed());
    assertEquals(1, summary.wrong());
  }
}
