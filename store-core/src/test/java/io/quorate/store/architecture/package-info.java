/**
 * The architecture as tests: which package may use which, and what code outside the shells must not
 * call so that it runs unchanged in the simulator. Every rule is shown to fail by a class in {@code
 * violations}.
 */
@NullMarked
package io.quorate.store.architecture;

import org.jspecify.annotations.NullMarked;
