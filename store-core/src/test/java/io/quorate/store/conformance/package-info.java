/**
 * One suite of what a program may expect of a file system, run over every face of the store and, as
 * control, over the file system of the JDK. A face that is new extends {@link
 * io.quorate.store.conformance.FileSystemConformance}.
 */
package io.quorate.store.conformance;
