package io.quorate.store.nio;

import java.io.IOException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/**
 * Users and groups by number. The store keeps numbers only: what they are called is each host's
 * affair.
 */
final class Principals extends UserPrincipalLookupService {

  record User(int id) implements UserPrincipal {
    @Override
    public String getName() {
      return Integer.toString(id);
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  record Group(int id) implements GroupPrincipal {
    @Override
    public String getName() {
      return Integer.toString(id);
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  @Override
  public UserPrincipal lookupPrincipalByName(String name) throws IOException {
    return new User(parse(name));
  }

  @Override
  public GroupPrincipal lookupPrincipalByGroupName(String group) throws IOException {
    return new Group(parse(group));
  }

  private static int parse(String name) throws UserPrincipalNotFoundException {
    try {
      int id = Integer.parseInt(name);
      if (id >= 0) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Falls through to the answer that names it.
    }
    throw new UserPrincipalNotFoundException(name);
  }

  /** The number of a principal of this store, or of one whose name is a number. */
  static int id(UserPrincipal principal) throws IOException {
    return switch (principal) {
      case User user -> user.id();
      case Group group -> group.id();
      default -> parse(principal.getName());
    };
  }
}
