/** Classes that break one rule each, to show that each rule can fail. */
@NullMarked
package io.quorate.store.architecture.violations;

import org.jspecify.annotations.NullMarked;
