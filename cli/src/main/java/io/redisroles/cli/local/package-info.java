/** This machine as the node: the files, processes and probes that a kubelet would see to. */
@NullMarked
package io.redisroles.cli.local;

import org.jspecify.annotations.NullMarked;
