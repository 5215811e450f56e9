package dev.steppe.client.template;

import dev.steppe.client.file.TaskFiles;
import dev.steppe.client.settings.TemplateSettings;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.template.Delimiters;
import dev.steppe.language.template.Template;
import java.io.IOException;
import java.time.Duration;
import java.util.TreeSet;

/** One template block of a task, read and with its place found: what does not change while the task lives. */
record Blueprint(
        dev.steppe.model.Template block,
        Template template,
        TaskFiles.Place place,
        Duration gatherLeast,
        Duration gatherMost) {

    /** The block cannot work; the message is for the user. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    /** Reads a block of which {@code source} and {@code destination} are as they were after interpolation. */
    static Blueprint of(
            dev.steppe.model.Template block,
            String source,
            String destination,
            TaskFiles files,
            TemplateSettings settings)
            throws UnusableException {
        String name = "template " + block.destination();
        try {
            var place = files.place(destination);
            String text = block.data().isEmpty() && !source.isEmpty() ? files.read(files.place(source)) : block.data();
            var rules = new Template.Rules(
                    new Delimiters(block.leftDelimiter(), block.rightDelimiter()),
                    new TreeSet<>(settings.functionDenylist()));
            var wait = settings.waitFor(block.waitConfig());
            return new Blueprint(block, Template.parse(new Source(name, text), rules), place, wait.min(), wait.max());
        } catch (TaskFiles.OutsideException outside) {
            throw new UnusableException(name + ": " + outside.getMessage());
        } catch (IOException unreadable) {
            throw new UnusableException(name + ": cannot read source: " + unreadable.getMessage());
        } catch (DiagnosticException mistake) {
            throw new UnusableException(Diagnostic.summary(mistake.diagnostics()));
        }
    }

    TaskFiles.Ownership ownership() {
        return new TaskFiles.Ownership(Integer.parseInt(block.permissions(), 8), block.uid(), block.gid());
    }
}
