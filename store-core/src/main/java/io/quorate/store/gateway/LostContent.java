package io.quorate.store.gateway;

/**
 * A range of a file of which no peer has a good copy any more.
 *
 * @param path of the file, one of them if it has several; empty if it has no name any more
 * @param inode of the file; 0 if only somebody who has it open still reads it
 * @param chunk name of the chunk, session and number
 */
public record LostContent(String path, long inode, long offset, long lengthBytes, String chunk) {}
