/** Stands in for the package {@code peer} in what the rules must catch. */
package io.quorate.store.architecture.violations.peer;
