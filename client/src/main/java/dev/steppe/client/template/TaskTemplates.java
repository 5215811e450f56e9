package dev.steppe.client.template;

import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.file.TaskFiles;
import dev.steppe.io.Loop;
import dev.steppe.language.template.Query;
import dev.steppe.language.template.Rendered;
import dev.steppe.language.template.TemplateData.Answer;
import dev.steppe.model.Sha256;
import dev.steppe.wire.DataAnswer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The templates of one task while it lives: renders them when their data changes and acts on what came of it. What was
 * rendered last stays, however long the servers are away. Owned by the node's loop; files are read and written away from
 * it, one pass at a time.
 */
final class TaskTemplates {
    /** What is missing for shorter than this is no news. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Files of the task have nobody who tells of changes. */
    private static final Duration FILES_EVERY = Duration.ofSeconds(3);

    private static final String EVENT = "Template";

    private final Loop loop;
    private final DataReader reader;
    private final SecretReader secrets;
    private final TaskSite site;
    private final Workshop workshop;
    private final List<Standing> standings;
    private final ChangeActions actions;
    private final Map<Query, Answer> answers = new HashMap<>();
    private final Map<Query, DataReader.Watch> watches = new HashMap<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private Optional<Loop.Timer> timer = Optional.empty();
    private String told = "";
    private boolean busy;
    private boolean again;
    private boolean closed;

    /** What rendering and writing need besides the data. */
    record Workshop(TaskFiles files, Baselines baselines, SortedMap<String, String> environment) {}

    TaskTemplates(
            Loop loop,
            DataReader reader,
            SecretReader secrets,
            TaskSite site,
            Workshop workshop,
            List<Standing> standings) {
        this.loop = loop;
        this.reader = reader;
        this.secrets = secrets;
        this.site = site;
        this.workshop = workshop;
        this.standings = standings;
        this.actions = new ChangeActions(loop, site.control());
    }

    /** Begins to follow what the templates ask for. From any thread. */
    void begin() {
        loop.execute(() -> {
            tellReady();
            loop.after(PATIENCE, this::tellMissing);
            followFiles();
            look();
        });
    }

    /** Waits until all are rendered, at most this long. From any thread. */
    boolean awaitReady(Duration atMost) throws InterruptedException {
        return ready.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What templates with {@code env = true} give the task; later ones win. From any thread, once ready. */
    SortedMap<String, String> variables() {
        var all = new TreeMap<String, String>();
        synchronized (standings) {
            standings.forEach(it -> it.variables().ifPresent(all::putAll));
        }
        return Collections.unmodifiableSortedMap(all);
    }

    /** Lets go of everything. From any thread. */
    void close() {
        loop.execute(() -> {
            closed = true;
            timer.ifPresent(Loop.Timer::cancel);
            watches.values().forEach(DataReader.Watch::close);
            watches.clear();
        });
    }

    private void look() {
        if (closed) {
            return;
        }
        if (busy) {
            again = true;
            return;
        }
        var followed = standings.stream().filter(Standing::isFollowed).toList();
        if (followed.isEmpty()) {
            watch(new LinkedHashSet<>());
            return;
        }
        busy = true;
        again = false;
        var pass = new RenderPass(Map.copyOf(answers), workshop.environment(), workshop.files(), loop.now());
        var blueprints = followed.stream().map(Standing::blueprint).toList();
        loop.<List<RenderPass.Outcome>>offload(
                "render-" + site.task().name(), () -> pass.render(blueprints), outcome -> {
                    busy = false;
                    switch (outcome) {
                        case Loop.Outcome.Done<List<RenderPass.Outcome>> done -> rendered(followed, done.value());
                        case Loop.Outcome.Failed<List<RenderPass.Outcome>> failed ->
                            tell("rendering failed: " + failed.reason().getMessage());
                    }
                });
    }

    private void rendered(List<Standing> followed, List<RenderPass.Outcome> outcomes) {
        if (closed) {
            return;
        }
        var used = new LinkedHashSet<Query>();
        for (int i = 0; i < followed.size(); i++) {
            Standing standing = followed.get(i);
            switch (outcomes.get(i)) {
                case RenderPass.Outcome.Given(Rendered.Complete complete) ->
                    standing.rendered(complete.text(), complete.used(), loop.now());
                case RenderPass.Outcome.Given(Rendered.Waiting waiting) ->
                    standing.waits(waiting.used(), waiting.missing());
                case RenderPass.Outcome.Mistaken(String message) -> {
                    standing.failed(message);
                    tell(message);
                }
            }
            used.addAll(standing.used());
        }
        watch(used);
        if (again) {
            look();
        } else {
            writeDue();
        }
    }

    /** Follows what is asked for now, and nothing else. */
    private void watch(SequencedSet<Query> used) {
        String namespace = site.surroundings().job().namespace();
        for (Query query : used) {
            if (query instanceof Query.Secret secret && !watches.containsKey(query)) {
                watches.put(query, secrets.watch(site, secret, found -> answered(query, found)));
            }
            var asked = ClusterQueries.asked(query, namespace);
            if (asked.isPresent() && !watches.containsKey(query)) {
                var allocation = site.surroundings().allocation().id();
                watches.put(
                        query, reader.watch(allocation, site.task().name(), asked.get(), found -> found(query, found)));
            }
        }
        for (Query query : List.copyOf(watches.keySet())) {
            if (!used.contains(query)) {
                Optional.ofNullable(watches.remove(query)).ifPresent(DataReader.Watch::close);
                answers.remove(query);
            }
        }
    }

    private void found(Query query, DataAnswer found) {
        answered(query, ClusterQueries.answer(query, found));
    }

    private void answered(Query query, Answer answer) {
        if (!closed && watches.containsKey(query)) {
            answers.put(query, answer);
            look();
        }
    }

    private void followFiles() {
        loop.after(FILES_EVERY, () -> {
            if (!closed) {
                boolean files = standings.stream()
                        .anyMatch(it -> it.used().stream().anyMatch(query -> query instanceof Query.File));
                if (files) {
                    look();
                }
                followFiles();
            }
        });
    }

    /** Writes what is due. What is rendered for the first time waits until all the others are rendered too. */
    private void writeDue() {
        timer.ifPresent(Loop.Timer::cancel);
        timer = Optional.empty();
        var now = loop.now();
        var due = new ArrayList<Standing>();
        Optional<Instant> next = Optional.empty();
        for (Standing standing : standings) {
            var at = standing.due();
            if (at.isPresent() && !at.get().isAfter(now)) {
                due.add(standing);
            } else if (at.isPresent()
                    && next.filter(it -> it.isBefore(at.get())).isEmpty()) {
                next = at;
            }
        }
        if (!due.isEmpty()) {
            write(due);
        } else {
            timer = next.map(at -> loop.after(Duration.between(now, at), this::look));
        }
    }

    /** One file to be written, and what came of it. */
    private record Writing(Standing standing, int index, String text) {}

    private sealed interface Written {
        record Done(Optional<SortedMap<String, String>> variables) implements Written {}

        record Refused(String message) implements Written {}
    }

    private void write(List<Standing> due) {
        var writings = new ArrayList<Writing>();
        for (Standing standing : due) {
            writings.add(new Writing(
                    standing, standings.indexOf(standing), standing.pending().orElseThrow()));
        }
        busy = true;
        loop.<List<Written>>offload(
                "write-" + site.task().name(),
                () -> {
                    var results = new ArrayList<Written>();
                    for (Writing writing : writings) {
                        results.add(write(writing));
                    }
                    return results;
                },
                outcome -> {
                    busy = false;
                    switch (outcome) {
                        case Loop.Outcome.Done<List<Written>> done -> written(writings, done.value());
                        case Loop.Outcome.Failed<List<Written>> failed ->
                            tell("writing failed: " + failed.reason().getMessage());
                    }
                });
    }

    private Written write(Writing writing) {
        var blueprint = writing.standing().blueprint();
        String destination = blueprint.block().destination();
        try {
            var variables = blueprint.block().environment()
                    ? Optional.of(DotEnv.read(writing.text()))
                    : Optional.<SortedMap<String, String>>empty();
            workshop.files().write(blueprint.place(), writing.text(), blueprint.ownership());
            workshop.baselines().write(writing.index(), Sha256.hex(writing.text()));
            return new Written.Done(variables);
        } catch (DotEnv.MalformedException malformed) {
            return new Written.Refused("template " + destination + " gives no environment: " + malformed.getMessage());
        } catch (IOException disk) {
            return new Written.Refused("template " + destination + " cannot be written: " + disk.getMessage());
        }
    }

    private void written(List<Writing> writings, List<Written> results) {
        if (closed) {
            return;
        }
        boolean wasReady = ready.getCount() == 0;
        var changed = new ArrayList<Blueprint>();
        for (int i = 0; i < writings.size(); i++) {
            Standing standing = writings.get(i).standing();
            switch (results.get(i)) {
                case Written.Done(Optional<SortedMap<String, String>> variables) -> {
                    synchronized (standings) {
                        standing.written(writings.get(i).text(), variables);
                    }
                    changed.add(standing.blueprint());
                }
                case Written.Refused(String message) -> {
                    standing.failed(message);
                    tell(message);
                }
            }
        }
        if (wasReady && !changed.isEmpty()) {
            actions.carryOut(changed);
        }
        tellReady();
        look();
    }

    private void tellReady() {
        if (standings.stream().allMatch(Standing::isRendered)) {
            ready.countDown();
        }
    }

    /** Says what the task waits for, and again when that is something else. */
    private void tellMissing() {
        if (closed || ready.getCount() == 0) {
            return;
        }
        var missing = new LinkedHashSet<String>();
        standings.forEach(it -> it.missing().forEach(query -> missing.add(query.toString())));
        if (!missing.isEmpty()) {
            tell("Missing: " + String.join(", ", missing));
        }
        loop.after(PATIENCE, this::tellMissing);
    }

    private void tell(String message) {
        if (!message.equals(told)) {
            told = message;
            site.control().event(EVENT, message);
        }
    }

    /** What the task is to be run with now that it has started for the first time with these templates. */
    void started() {
        loop.execute(() ->
                actions.firstStart(standings.stream().map(Standing::blueprint).toList()));
    }
}
