/**
 * The job that the store was made for, run end to end with the real programs: a site of uploads,
 * Django under Apache on four web hosts, one database, load balancing with a virtual address, and
 * the upload directory shared by Quorate or by GlusterFS.
 *
 * <p>A {@link io.quorate.store.benchmarks.site.SiteHost} is a host with its own network, processes
 * and view of the file system, so that it can be switched off; {@link
 * io.quorate.store.benchmarks.site.WebSite} is all of them with their programs. A {@link
 * io.quorate.store.benchmarks.site.LoadProgram} on one more host does what visitors do, and
 * compares every answer with what it must be. {@link io.quorate.store.benchmarks.site.Site} is the
 * command.
 */
@NullMarked
package io.quorate.store.benchmarks.site;

import org.jspecify.annotations.NullMarked;
