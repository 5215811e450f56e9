package dev.steppe.client.template;

import dev.steppe.client.file.TaskFiles;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.template.Datum;
import dev.steppe.language.template.Query;
import dev.steppe.language.template.Rendered;
import dev.steppe.language.template.TemplateData;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Renders templates once with what is known at one moment. Reads files of the task, so it runs away from the loop. */
final class RenderPass implements TemplateData {
    private final Map<Query, Answer> answers;
    private final SortedMap<String, String> environment;
    private final TaskFiles files;
    private final Instant now;

    RenderPass(Map<Query, Answer> answers, SortedMap<String, String> environment, TaskFiles files, Instant now) {
        this.answers = answers;
        this.environment = environment;
        this.files = files;
        this.now = now;
    }

    /** What came of one template. */
    sealed interface Outcome {
        record Given(Rendered rendered) implements Outcome {}

        /** The data is there, and the template cannot make anything of it. */
        record Mistaken(String message) implements Outcome {}
    }

    List<Outcome> render(List<Blueprint> blueprints) {
        var outcomes = new ArrayList<Outcome>();
        for (Blueprint blueprint : blueprints) {
            try {
                outcomes.add(new Outcome.Given(
                        blueprint.template().render(this, blueprint.block().errorOnMissingKey())));
            } catch (DiagnosticException mistake) {
                outcomes.add(new Outcome.Mistaken(Diagnostic.summary(mistake.diagnostics())));
            }
        }
        return outcomes;
    }

    @Override
    public Answer ask(Query query) {
        return switch (query) {
            case Query.File(String path) -> file(path);
            case Query.Service _,
                    Query.Services _,
                    Query.NomadService _,
                    Query.NomadServices _,
                    Query.Key _,
                    Query.Keys _,
                    Query.Variable _,
                    Query.Variables _,
                    Query.Secret _ -> answers.getOrDefault(query, new Answer.Unknown());
        };
    }

    private Answer file(String path) {
        try {
            return new Answer.Known(Datum.of(files.read(files.place(path))));
        } catch (NoSuchFileException notYet) {
            return new Answer.Absent();
        } catch (IOException | TaskFiles.OutsideException unreadable) {
            return new Answer.Refused(String.valueOf(unreadable.getMessage()));
        }
    }

    @Override
    public Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    @Override
    public Instant now() {
        return now;
    }
}
