package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.http.Reply;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** Runs a command while a session holds the lock of a prefix. */
public final class KeyLock implements Command {
    private static final long LIFE_SECONDS = 15;
    private static final long WAIT_SECONDS = 5;
    /** Marks keys that are locks, for programs that share prefixes with them. */
    private static final String LOCK_FLAGS = "3304740253564472344";

    @Override
    public String usage() {
        return "[flags] <prefix> <command> [<argument> ...]";
    }

    @Override
    public String about() {
        return "Takes the lock at <prefix>/.lock, waits for it if somebody else holds it, and runs a command for as long "
                + "as the lock is held. Its exit code is 0, or 1 when the lock was lost or not taken.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("child-exit-code", "End with the exit code of the command; 2 when it failed otherwise."),
                Flag.number("n", "count", "How many may hold it at once; only 1 is supported."),
                Flag.text("name", "text", "The name of the session."),
                Flag.text("shell", "bool", "Run the command by /bin/sh -c. Default true."),
                Flag.toggle("try", "Do not wait for the lock."),
                Flag.toggle("verbose", "Say what is done."),
                Flag.refused("timeout", "use -try, or the timeout command"),
                Flag.refused("monitor-retry", "renewals are tried until the lock's time is over"),
                Flag.refused("pass-stdin", "the command has this command's input anyway"));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        if (arguments.words().size() < 2) {
            throw new UsageException("this command takes a prefix and a command");
        }
        if (arguments.number("n").orElse(1L) != 1) {
            throw new UsageException("flag -n: only one holder at a time is supported; leave it out");
        }
        var words = arguments.words().subList(1, arguments.words().size());
        var key = Keys.checked(arguments.words().getFirst()).replaceAll("/+$", "") + "/.lock";
        var api = invocation.consul();
        var name = arguments.text("name").orElse("Lock for '" + String.join(" ", words) + "' at '" + key + "'");
        var session = api.put(
                        "/v1/session/create",
                        Query.none(),
                        new Json.Fields()
                                .put("Name", name)
                                .put("TTL", LIFE_SECONDS + "s")
                                .build())
                .body()
                .text("ID");
        var held = new Held(api, key, session);
        try {
            acquire(invocation, api, key, session);
        } catch (CommandFailure | ApiException failed) {
            held.release();
            throw failed;
        }
        boolean shell = !arguments.text("shell").orElse("true").equals("false");
        int code =
                new GuardedChild(GuardedChild.command(words, shell), LIFE_SECONDS, held, invocation.terminal()).run();
        return arguments.has("child-exit-code") ? code : code == 0 ? 0 : 1;
    }

    private static void acquire(Invocation invocation, Api api, String key, String session)
            throws CommandFailure, ApiException {
        while (!take(api, key, session)) {
            if (invocation.arguments().has("try")) {
                throw new CommandFailure("Lock acquisition failed: somebody else holds " + key);
            }
            if (invocation.arguments().has("verbose")) {
                invocation.terminal().complain("Waiting for the lock " + key);
            }
            waitForChange(api, key);
            api.put("/v1/session/renew/" + session, Query.none(), new Json.Fields().build());
        }
        if (invocation.arguments().has("verbose")) {
            invocation.terminal().complain("Lock acquired: " + key);
        }
    }

    private static boolean take(Api api, String key, String session) throws ApiException {
        var query = Query.of("acquire", session).and("flags", LOCK_FLAGS);
        return api.putBytes(Keys.route(key), query, new byte[0]).body().isTrue();
    }

    /** A held key changes when it is let go of; a free one that is delayed does not, and is tried again. */
    private static void waitForChange(Api api, String key) throws ApiException {
        try {
            Reply now = api.get(Keys.route(key), Query.none());
            api.get(Keys.route(key), Query.none().after(now.index(), WAIT_SECONDS));
        } catch (ApiException gone) {
            if (!gone.isNotFound()) {
                throw gone;
            }
        }
    }

    private record Held(Api api, String key, String session) implements GuardedChild.Lock {
        @Override
        public boolean renew() throws ApiException {
            try {
                api.put("/v1/session/renew/" + session, Query.none(), new Json.Fields().build());
                var holder = api.get(Keys.route(key), Query.none()).body().items();
                return !holder.isEmpty() && holder.getFirst().text("Session").equals(session);
            } catch (ApiException refused) {
                if (refused.isNotFound()) {
                    return false;
                }
                throw refused;
            }
        }

        /** Lets go of the key first: a session that ends with it would keep others off for a while. */
        @Override
        public void release() throws ApiException {
            var query = Query.of("release", session).and("flags", LOCK_FLAGS);
            try {
                api.putBytes(Keys.route(key), query, new byte[0]);
            } catch (ApiException sessionGone) {
                if (sessionGone.status() == 0) {
                    throw sessionGone;
                }
            }
            api.put("/v1/session/destroy/" + session, Query.none(), new Json.Fields().build());
        }
    }
}
