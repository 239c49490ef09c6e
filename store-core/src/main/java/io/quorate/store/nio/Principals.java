package io.quorate.store.nio;

import java.io.IOException;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;

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
    return new User(parse(Objects.requireNonNull(name)));
  }

  @Override
  public GroupPrincipal lookupPrincipalByGroupName(String group) throws IOException {
    return new Group(parse(Objects.requireNonNull(group)));
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

  /** The number of a user of this store, or of another file system's whose name is a number. */
  static int userId(UserPrincipal owner) throws IOException {
    if (Objects.requireNonNull(owner, "owner") instanceof GroupPrincipal) {
      throw new IOException("group " + owner.getName() + " can not own a file; a user can");
    }
    return owner instanceof User user ? user.id() : foreign(owner);
  }

  /** The number of a group of this store, or of another file system's whose name is a number. */
  static int groupId(GroupPrincipal group) {
    return Objects.requireNonNull(group, "group") instanceof Group ours
        ? ours.id()
        : foreign(group);
  }

  private static int foreign(UserPrincipal principal) {
    try {
      return parse(principal.getName());
    } catch (UserPrincipalNotFoundException e) {
      throw new ProviderMismatchException(
          "'"
              + principal.getName()
              + "' is another file system's; look its number up with this one's"
              + " UserPrincipalLookupService");
    }
  }
}
