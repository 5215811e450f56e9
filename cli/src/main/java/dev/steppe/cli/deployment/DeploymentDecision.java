package dev.steppe.cli.deployment;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.job.Monitor;
import dev.steppe.cli.json.Json;
import java.util.ArrayList;
import java.util.List;

/** What a person decides about a deployment: it waits, goes on, has its canaries approved, or is given up. */
public final class DeploymentDecision implements Command {
    private final Kind kind;

    private enum Kind {
        PAUSE("pause", "Has a deployment wait: nothing is updated until it is resumed.", "paused"),
        RESUME("pause", "Has a paused deployment go on, and follows it.", "resumed"),
        FAIL("fail", "Gives a deployment up; with auto_revert the version before comes back.", "marked as failed"),
        UNBLOCK("unblock", "Has a deployment go on that waits for other regions.", "unblocked"),
        PROMOTE(
                "promote",
                "Approves the canaries of a deployment: the other instances follow. Follows it to the end.",
                "promoted"),
        PROMOTE_OF_JOB(
                "promote",
                "Approves the canaries of a job's newest deployment: the other instances follow.",
                "promoted");

        private final String path;
        private final String about;
        private final String done;

        Kind(String path, String about, String done) {
            this.path = path;
            this.about = about;
            this.done = done;
        }
    }

    private DeploymentDecision(Kind kind) {
        this.kind = kind;
    }

    public static DeploymentDecision pause() {
        return new DeploymentDecision(Kind.PAUSE);
    }

    public static DeploymentDecision resume() {
        return new DeploymentDecision(Kind.RESUME);
    }

    public static DeploymentDecision fail() {
        return new DeploymentDecision(Kind.FAIL);
    }

    public static DeploymentDecision unblock() {
        return new DeploymentDecision(Kind.UNBLOCK);
    }

    public static DeploymentDecision promote() {
        return new DeploymentDecision(Kind.PROMOTE);
    }

    /** Named by its job. */
    public static DeploymentDecision promoteJob() {
        return new DeploymentDecision(Kind.PROMOTE_OF_JOB);
    }

    private boolean promotes() {
        return kind == Kind.PROMOTE || kind == Kind.PROMOTE_OF_JOB;
    }

    @Override
    public String usage() {
        return kind == Kind.PROMOTE_OF_JOB ? "[flags] <job>" : "[flags] <deployment>";
    }

    @Override
    public String about() {
        return kind.about;
    }

    @Override
    public List<Flag> flags() {
        List<Flag> flags = new ArrayList<>();
        if (promotes()) {
            flags.add(Flag.repeated("group", "name", "Only this group; may be repeated. Default all."));
        }
        if (kind != Kind.PAUSE) {
            flags.add(Flag.toggle("detach", "Return at once and print the evaluation's id."));
        }
        flags.add(Flag.toggle("verbose", "Whole ids."));
        return List.copyOf(flags);
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var verbose = arguments.has("verbose");
        var api = invocation.nomad();
        var word = arguments.onlyWord(kind == Kind.PROMOTE_OF_JOB ? "the job" : "the deployment");
        var id = kind == Kind.PROMOTE_OF_JOB ? newest(invocation, word) : DeploymentStatus.one(api, word);
        var path = "/v1/deployment/" + kind.path + "/" + Query.encode(id);
        var reply =
                api.put(path, Query.none(), body(id, arguments.texts("group"))).body();
        terminal.line("Deployment \"" + Match.shown(id, verbose) + "\" " + kind.done);
        if (reply.number("RevertedJobVersion") > 0
                || !reply.at("RevertedJobVersion").isNull()) {
            terminal.line("Its job goes back to version " + reply.text("RevertedJobVersion"));
        }
        var evaluation = reply.text("EvalID");
        if (kind == Kind.PAUSE || evaluation.isEmpty()) {
            return 0;
        }
        if (arguments.has("detach")) {
            terminal.line("Evaluation ID: " + evaluation);
            return 0;
        }
        terminal.blankLine();
        return Monitor.ofEvaluation(invocation, verbose).follow(evaluation);
    }

    private static String newest(Invocation invocation, String job) throws CommandFailure, ApiException {
        var path = "/v1/job/" + Query.encode(job) + "/deployment";
        var newest = invocation.nomad().get(path, Query.none()).body().text("ID");
        if (newest.isEmpty()) {
            throw new CommandFailure("Job \"" + job + "\" has no deployment to promote");
        }
        return newest;
    }

    private Json body(String id, List<String> groups) {
        var body = new Json.Fields().put("DeploymentID", id);
        if (kind == Kind.PAUSE || kind == Kind.RESUME) {
            return body.put("Pause", kind == Kind.PAUSE).build();
        }
        if (!promotes()) {
            return body.build();
        }
        return groups.isEmpty()
                ? body.put("All", true).build()
                : body.put("Groups", new Json.Arr(groups.stream().map(Json::of).toList()))
                        .build();
    }
}
