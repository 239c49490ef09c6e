package io.quorate.store.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history could have come from one copy that did one thing at a time.
 *
 * <p>The search of Wing and Gong ("Testing and verifying concurrent objects", 1993) with Lowe's
 * memory of (operations done, state) pairs already tried ("Testing for linearizability", 2016). An
 * operation of unknown outcome may be placed anywhere between its two moments, or nowhere.
 */
public final class Linearizability {

  /** The one copy. States are values: equal states behave alike. */
  public interface Model<S, C> {
    S initial();

    /** What {@code call} of operation {@code id} does to {@code state}, and answers. */
    Step<S> apply(S state, int id, C call);
  }

  public record Step<S>(S state, String outcome) {}

  /** The checker's answer. */
  public enum Verdict {
    LINEARIZABLE,
    VIOLATED,
    /** The search was given up; nothing is known. */
    UNDECIDED
  }

  private record Tried<S>(BitSet done, S state) {}

  /**
   * An operation that was placed.
   *
   * @param call where its call was
   * @param before the state before it
   * @param never it was decided that it never happened, as its last moment came
   */
  private record Taken<S>(Event call, S before, boolean never) {}

  /** A call or a return in a doubly linked list ordered by time. */
  private static final class Event {
    final int operation;
    final @Nullable Event itsReturn;
    final boolean isCall;
    @Nullable Event itsCall;
    @Nullable Event previous;
    @Nullable Event next;

    Event(int operation, boolean isCall, @Nullable Event itsReturn) {
      this.operation = operation;
      this.isCall = isCall;
      this.itsReturn = itsReturn;
      if (itsReturn != null) {
        itsReturn.itsCall = this;
      }
    }
  }

  private Linearizability() {}

  /** Checks {@code history}, whose operations may come in any order. */
  public static <S, C> Verdict check(
      Model<S, C> model, List<Operation<C>> history, long budgetSteps) {
    Event head = new Event(-1, false, null);
    link(head, history);
    int open = (int) history.stream().filter(Operation::isKnown).count();
    S state = model.initial();
    BitSet done = new BitSet(history.size());
    Set<Tried<S>> tried = new HashSet<>();
    ArrayDeque<Taken<S>> taken = new ArrayDeque<>();
    Event event = head.next;
    for (long steps = 0; open > 0; steps++) {
      if (steps > budgetSteps) {
        return Verdict.UNDECIDED;
      }
      if (event != null && event.isCall) {
        Operation<C> operation = history.get(event.operation);
        Step<S> step = model.apply(state, operation.id(), operation.call());
        boolean possible =
            operation.isKnown()
                ? step.outcome.equals(operation.outcome())
                : !step.state.equals(state);
        if (possible) {
          done.set(event.operation);
          if (tried.add(new Tried<>((BitSet) done.clone(), step.state))) {
            taken.push(new Taken<>(event, state, false));
            state = step.state;
            lift(event);
            open -= operation.isKnown() ? 1 : 0;
            event = head.next;
            continue;
          }
          done.clear(event.operation);
        }
        event = event.next;
        continue;
      }
      Event call = event == null ? null : event.itsCall;
      if (call != null && !history.get(call.operation).isKnown()) {
        // Everything else was tried at this point, so it is left that this one never happened.
        done.set(call.operation);
        if (tried.add(new Tried<>((BitSet) done.clone(), state))) {
          taken.push(new Taken<>(call, state, true));
          lift(call);
          event = head.next;
          continue;
        }
        done.clear(call.operation);
      }
      // An operation returned before it could be placed, or nothing is left to try: go back.
      Taken<S> last;
      do {
        if (taken.isEmpty()) {
          return Verdict.VIOLATED;
        }
        last = taken.pop();
        state = last.before;
        done.clear(last.call.operation);
        unlift(last.call);
      } while (last.never);
      open += history.get(last.call.operation).isKnown() ? 1 : 0;
      event = last.call.next;
    }
    return Verdict.LINEARIZABLE;
  }

  /**
   * Says which operations of a violated history conflict: the shortest beginning that is already
   * violated, cut down to the operations without any of which it would be in order.
   */
  public static <S, C> String explain(
      Model<S, C> model, List<Operation<C>> history, long budgetSteps) {
    List<Operation<C>> conflict = conflict(model, history, budgetSteps);
    StringBuilder text = new StringBuilder();
    conflict.forEach(operation -> text.append("\n    ").append(operation));
    text.append("\n  the last answer fits no order of these; the whole history:");
    byTime(history).forEach(operation -> text.append("\n    ").append(operation));
    return text.toString();
  }

  /** The operations that conflict, in order of their invocation; all if it can not be told. */
  static <S, C> List<Operation<C>> conflict(
      Model<S, C> model, List<Operation<C>> history, long budgetSteps) {
    List<Operation<C>> known =
        history.stream()
            .filter(Operation::isKnown)
            .sorted(Comparator.comparingLong(Operation::returnedAt))
            .toList();
    for (Operation<C> last : known) {
      List<Operation<C>> beginning = until(last.returnedAt(), history);
      if (check(model, beginning, budgetSteps) == Verdict.VIOLATED) {
        return byTime(withoutTheInnocent(model, beginning, last, budgetSteps));
      }
    }
    return byTime(history);
  }

  /** What was invoked by then; what had not returned yet is of unknown outcome. */
  private static <C> List<Operation<C>> until(long moment, List<Operation<C>> history) {
    List<Operation<C>> seen = new ArrayList<>();
    for (Operation<C> one : history) {
      if (one.invokedAt() <= moment) {
        seen.add(
            one.returnedAt() <= moment
                ? one
                : new Operation<>(
                    one.id(), one.client(), one.invokedAt(), Long.MAX_VALUE, one.call(), null));
      }
    }
    return seen;
  }

  /**
   * Leaves out operations one by one. Only those count as innocent without which the last answer
   * still conflicts, and whose absence makes no earlier answer wrong.
   */
  private static <S, C> List<Operation<C>> withoutTheInnocent(
      Model<S, C> model, List<Operation<C>> beginning, Operation<C> last, long budgetSteps) {
    List<Operation<C>> left = new ArrayList<>(beginning);
    boolean stale = isStale(model, left, last, budgetSteps);
    int before;
    do {
      // Once a reader has gone, what it read may be innocent too.
      before = left.size();
      for (Operation<C> one : byTime(left).reversed()) {
        List<Operation<C>> fewer = new ArrayList<>(left);
        fewer.remove(one);
        if (!one.equals(last)
            && stillConflicts(model, fewer, last, budgetSteps)
            && (!stale || isStale(model, fewer, last, budgetSteps))) {
          left = fewer;
        }
      }
    } while (left.size() < before);
    return left;
  }

  private static <S, C> boolean stillConflicts(
      Model<S, C> model, List<Operation<C>> history, Operation<C> last, long budgetSteps) {
    List<Operation<C>> others = new ArrayList<>(history);
    others.remove(last);
    return check(model, others, budgetSteps) == Verdict.LINEARIZABLE
        && check(model, history, budgetSteps) == Verdict.VIOLATED;
  }

  /** Whether the last answer would have been right at some time before it was asked for. */
  private static <S, C> boolean isStale(
      Model<S, C> model, List<Operation<C>> history, Operation<C> last, long budgetSteps) {
    List<Operation<C>> relaxed = new ArrayList<>(history);
    relaxed.remove(last);
    relaxed.add(
        new Operation<>(
            last.id(), last.client(), 0, last.returnedAt(), last.call(), last.outcome()));
    return check(model, relaxed, budgetSteps) == Verdict.LINEARIZABLE;
  }

  private static <C> List<Operation<C>> byTime(List<Operation<C>> history) {
    return history.stream().sorted(Comparator.comparingLong(Operation::invokedAt)).toList();
  }

  private record Moment(long at, boolean isCall, Event event) {}

  private static <C> void link(Event head, List<Operation<C>> history) {
    List<Moment> moments = new ArrayList<>();
    for (int i = 0; i < history.size(); i++) {
      Operation<C> operation = history.get(i);
      boolean ends = operation.returnedAt() < Long.MAX_VALUE;
      Event itsReturn = ends ? new Event(i, false, null) : null;
      moments.add(new Moment(operation.invokedAt(), true, new Event(i, true, itsReturn)));
      if (itsReturn != null) {
        moments.add(new Moment(operation.returnedAt(), false, itsReturn));
      }
    }
    // At the same instant calls come first: the two operations then count as concurrent.
    moments.sort(Comparator.comparingLong(Moment::at).thenComparing(m -> !m.isCall));
    Event last = head;
    for (Moment moment : moments) {
      last.next = moment.event;
      moment.event.previous = last;
      last = moment.event;
    }
  }

  private static void lift(Event call) {
    unlink(call);
    if (call.itsReturn != null) {
      unlink(call.itsReturn);
    }
  }

  private static void unlift(Event call) {
    if (call.itsReturn != null) {
      relink(call.itsReturn);
    }
    relink(call);
  }

  private static void unlink(Event event) {
    Event previous = event.previous;
    Event next = event.next;
    if (previous != null) {
      previous.next = next;
    }
    if (next != null) {
      next.previous = previous;
    }
  }

  private static void relink(Event event) {
    Event previous = event.previous;
    Event next = event.next;
    if (previous != null) {
      previous.next = event;
    }
    if (next != null) {
      next.previous = event;
    }
  }
}
