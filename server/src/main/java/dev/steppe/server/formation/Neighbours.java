package dev.steppe.server.formation;

import java.io.IOException;
import java.util.List;

/** Other servers, asked at the addresses where they may be. All methods but the first block. */
public interface Neighbours {

    /** Where servers may be; this one may be among them. */
    List<String> addresses();

    /** Exchanges standings. */
    Standing ask(String address, Standing mine) throws IOException, InterruptedException;

    /** Asks for the promise to begin with that founder and no other. */
    boolean promise(String address, String founder) throws IOException, InterruptedException;

    /** Gives the promise back. */
    void release(String address, String founder) throws IOException, InterruptedException;

    /**
     * Asks to be taken into the group; returns when that is done.
     *
     * @throws IOException if it is not, and why
     */
    void join(String address, Standing mine) throws IOException, InterruptedException;
}
