package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Something the servers do at once instead of when its time comes. */
public final class SystemCommand implements Command {
    private final String path;
    private final String about;

    private SystemCommand(String path, String about) {
        this.path = path;
        this.about = about;
    }

    public static SystemCommand garbage() {
        return new SystemCommand(
                "/v1/system/gc",
                "Forgets jobs, allocations and evaluations that are over, however short ago. A job with a tagged version "
                        + "stays.");
    }

    public static SystemCommand summaries() {
        return new SystemCommand(
                "/v1/system/reconcile/summaries",
                "Nothing is left to do here: summaries are worked out from the allocations whenever they are shown.");
    }

    @Override
    public String usage() {
        return "";
    }

    @Override
    public String about() {
        return about;
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        invocation.nomad().put(path, Query.none(), new Json.Fields().build());
        return 0;
    }
}
