/**
 * The commands of {@code quorate}. Each is a small picocli class that parses its words, opens a
 * store through a {@link io.quorate.store.fuse.command.Connector}, and then does its work with
 * {@code java.nio.file} alone: what the command can do, any program can. Whatever goes wrong ends
 * in one line on standard error, written by {@link io.quorate.store.fuse.command.Complaint}, and in
 * one of the statuses of {@link io.quorate.store.fuse.command.ExitStatus}.
 */
@NullMarked
package io.quorate.store.fuse.command;

import org.jspecify.annotations.NullMarked;
