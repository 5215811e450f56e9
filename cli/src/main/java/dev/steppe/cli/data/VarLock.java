package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a command while holding the lock of a variable. */
public final class VarLock implements Command {
    private static final String NOT_NEEDED = "renewals are tried until the lock's time is over";
    private static final long RETRY_SECONDS = 2;

    @Override
    public String usage() {
        return "[flags] <path> <command> [<argument> ...]";
    }

    @Override
    public String about() {
        return "Takes the lock of a variable, which is made when it is not there, waits for it if somebody else holds it, "
                + "and runs a command for as long as the lock is held. Its exit code is the command's.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("ttl", "duration", "The lock ends when it was not renewed for so long. Default 15s."),
                Flag.text("delay", "duration", "Nobody gets a lock that ended so for this long. Default 15s."),
                Flag.text("shell", "bool", "Run the command by /bin/sh -c. Default true."),
                Flag.toggle("early-return", "Do not wait for the lock: end with exit code 1 if somebody holds it."),
                Flag.toggle("verbose", "Say what is done."),
                Flag.refused("max-retry", NOT_NEEDED),
                Flag.refused("backoff", NOT_NEEDED),
                Flag.refused("out", "use var get to see the variable"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        if (arguments.words().size() < 2) {
            throw new UsageException("this command takes a path and a command");
        }
        var path = Variables.cleaned(arguments.words().getFirst());
        var api = invocation.nomad();
        var held = acquire(invocation, api, path);
        if (arguments.has("verbose")) {
            invocation.terminal().complain("Lock acquired: " + path);
        }
        var words = arguments.words().subList(1, arguments.words().size());
        boolean shell = !arguments.text("shell").orElse("true").equals("false");
        long life = seconds(held.at("Lock").text("TTL"));
        return new GuardedChild(
                        GuardedChild.command(words, shell),
                        life,
                        new Held(api, path, held.at("Lock").text("ID")),
                        invocation.terminal())
                .run();
    }

    private static Json acquire(Invocation invocation, Api api, String path) throws CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var lock = new Json.Fields();
        arguments.text("ttl").ifPresent(ttl -> lock.put("TTL", ttl));
        arguments.text("delay").ifPresent(delay -> lock.put("LockDelay", delay));
        var body = new Json.Fields().put("Path", path).put("Lock", lock.build()).build();
        boolean said = false;
        while (true) {
            try {
                return api.put(Variables.route(path), Query.of("lock-acquire", ""), body)
                        .body();
            } catch (ApiException refused) {
                if (!Variables.isConflict(refused)) {
                    throw refused;
                }
            }
            if (arguments.has("early-return")) {
                throw new CommandFailure("The lock of " + path + " is held by somebody else");
            }
            if (!said) {
                invocation.terminal().complain("Waiting for the lock of " + path);
                said = true;
            }
            try {
                TimeUnit.SECONDS.sleep(RETRY_SECONDS);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new CommandFailure("Interrupted while waiting for the lock");
            }
        }
    }

    /** Whole seconds of a duration as servers write it, such as 1m30s. */
    private static long seconds(String duration) {
        long seconds = 0;
        long number = 0;
        for (char c : duration.toCharArray()) {
            switch (c) {
                case 'h' -> seconds += number * 3600;
                case 'm' -> seconds += number * 60;
                case 's' -> seconds += number;
                default -> number = number * 10 + Character.digit(c, 10);
            }
            number = Character.isDigit(c) ? number : 0;
        }
        return seconds;
    }

    private record Held(Api api, String path, String id) implements GuardedChild.Lock {
        private Json body() {
            return new Json.Fields()
                    .put("Path", path)
                    .put("Lock", new Json.Fields().put("ID", id).build())
                    .build();
        }

        @Override
        public boolean renew() throws ApiException {
            try {
                api.put(Variables.route(path), Query.of("lock-renew", ""), body());
                return true;
            } catch (ApiException refused) {
                if (Variables.isConflict(refused) || refused.isNotFound()) {
                    return false;
                }
                throw refused;
            }
        }

        @Override
        public void release() throws ApiException {
            try {
                api.put(Variables.route(path), Query.of("lock-release", ""), body());
            } catch (ApiException refused) {
                if (!Variables.isConflict(refused)) {
                    throw refused;
                }
            }
        }
    }
}
