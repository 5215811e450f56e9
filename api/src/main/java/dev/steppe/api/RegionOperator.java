package dev.steppe.api;

import dev.steppe.api.RegionData.Indexed;
import dev.steppe.api.http.Refused;
import dev.steppe.consensus.Members;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.server.AccessEndpoint;
import dev.steppe.server.Autopilot;
import dev.steppe.server.StateArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What operators do to the servers of a region. Safe for use from any thread; what changes something blocks until it is
 * done.
 */
public interface RegionOperator {

    /** Takes a server out of the log. */
    Indexed<Members> remove(String id) throws Refused, IOException, InterruptedException;

    /**
     * Takes a server out that does not answer, by its name; with {@code prune} it is forgotten, too. Returns the index of
     * the change.
     */
    long forceLeave(String name, boolean prune) throws Refused, IOException, InterruptedException;

    /** Hands the leadership over to the server of that id or address. */
    Indexed<Members> transfer(Optional<String> id, Optional<String> address)
            throws Refused, IOException, InterruptedException;

    /** Makes a token that may do everything. */
    AccessEndpoint.Made makeAccessToken(AccessEndpoint.Wish wish) throws Refused, IOException, InterruptedException;

    /** A token may do nothing any more. */
    void deleteAccessToken(String accessorId) throws Refused, IOException, InterruptedException;

    /** How the servers take care of themselves. */
    AutopilotSettings autopilot();

    /** Changes it; with {@code checkIndex}, only what has that index. Returns the index of the change. */
    long setAutopilot(AutopilotSettings settings, Optional<Long> checkIndex)
            throws Refused, IOException, InterruptedException;

    /** How the servers are; refused on one that does not lead. */
    Autopilot.Health health() throws Refused;

    /**
     * The whole state, everything acknowledged before included; with {@code stale} what this server knows, also while
     * nobody leads.
     */
    StateArchive save(boolean stale) throws Refused, IOException, InterruptedException;

    /** Replaces the whole state by that of a saved one, after the file was found whole; returns the index after that. */
    long restore(Path file) throws Refused, IOException, InterruptedException;
}
