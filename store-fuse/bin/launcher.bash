# Sourced by the launchers of a checkout: finds a JDK, builds a module when its sources are newer than
# its build, and leaves in $java, $jars (a directory) and $class_path what runs it.
#
# The launcher sets, before it calls prepare_to_launch:
#   program   its name, for messages
#   module    the Maven module with the main class
#   built_of  the modules that the build takes in, $module included
# shellcheck shell=bash

readonly JDK_FEATURE=25
# RocksDB is native; Netty, Protobuf and Maven's own Guava still use sun.misc.Unsafe.
readonly quiet_jdk_flags="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)

fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  exit 69
}

# The feature release of the JDK in $1 is read from its release file: starting each JVM is slow.
is_wanted_jdk() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] &&
    grep -Eq "^JAVA_VERSION=\"$JDK_FEATURE([.+-]|\")" "$1/release"
}

find_jdk() {
  local candidate on_path
  for candidate in \
    "${JAVA_HOME:-}" \
    /usr/lib/jvm/*"$JDK_FEATURE"* \
    /opt/*"$JDK_FEATURE"* \
    "${HOME:-}"/.sdkman/candidates/java/"$JDK_FEATURE"* \
    "${HOME:-}"/.jdks/*"$JDK_FEATURE"*; do
    if [ -n "$candidate" ] && is_wanted_jdk "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  if on_path=$(command -v java); then
    candidate=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    if is_wanted_jdk "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  fi
  return 1
}

is_current() {
  [ -s "$stamp" ] && [ -d "$target/$(cat "$stamp")" ] || return 1
  # Directories count too: a deletion shows only in them.
  [ -z "$(cd "$root" && find pom.xml "${built_of[@]/%//pom.xml}" "${built_of[@]/%//src/main}" \
    -newer "$stamp" -print -quit)" ]
}

# Every build gets a directory of its own: peers that still run from an older one keep their jars.
build() {
  local new=$target/launcher.stamp.new dir
  command -v mvn >/dev/null ||
    fail "Maven is needed to build from a checkout; install it, for example: apt-get install maven"
  printf '%s: building from source (the first time also downloads dependencies) ...\n' "$program" >&2
  dir=launch-$(date +%s)-$$
  printf '%s\n' "$dir" >"$new"
  # Maven on the JDK just found: there may be no other, and its toolchain search must find this one.
  (cd "$root" && export JAVA_HOME=$jdk &&
    export MAVEN_OPTS="${MAVEN_OPTS:-} $quiet_jdk_flags" &&
    mvn -q -B -Dstyle.color=never -Dmaven.test.skip=true -pl "$module" -am package </dev/null >&2) ||
    fail "the build failed; Maven's messages are above"
  mkdir "$target/$dir"
  # Third-party jars never change under their names, so links do; ours are written in place.
  cp -l "$target"/lib/*.jar "$target/$dir/" 2>/dev/null || cp "$target"/lib/*.jar "$target/$dir/"
  cp --remove-destination "$target"/lib/store-*.jar "$target/$module"-*.jar "$target/$dir/"
  mv "$new" "$stamp"
}

build_if_needed() {
  if is_current; then return; fi
  mkdir -p "$target" 2>/dev/null && [ -w "$target" ] ||
    fail "the sources are newer than the build, and $target cannot be written; run once as its owner"
  (
    # Two commands at once: the second waits, and then finds that there is nothing left to do.
    if command -v flock >/dev/null; then flock 9; fi
    if is_current; then exit; fi
    build 9>&-
  ) 9>"$target/launcher.lock"
}

prepare_to_launch() {
  target=$root/$module/target
  # Names the directory of the newest build. Its time is that of the build's start, so that an edit
  # made while Maven runs is not missed.
  stamp=$target/launcher.stamp
  jdk=$(find_jdk) ||
    fail "needs JDK $JDK_FEATURE and found none; install one (https://adoptium.net, package temurin-$JDK_FEATURE-jdk) or set JAVA_HOME"
  build_if_needed
  # What the launcher is left with.
  # shellcheck disable=SC2034
  java=$jdk/bin/java jars=$target/$(cat "$stamp") class_path="$jars/*"
}
