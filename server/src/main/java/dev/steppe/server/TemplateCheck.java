package dev.steppe.server;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.template.Delimiters;
import dev.steppe.language.template.FunctionSet;
import dev.steppe.language.template.Template;
import dev.steppe.model.JobSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads the templates within a job before anything is placed: their mistakes, and what of them cannot be had yet. */
final class TemplateCheck {
    private TemplateCheck() {}

    record Found(List<String> mistakes, List<String> unsupported) {}

    static Found of(JobSpec job) {
        var found = new Found(new ArrayList<>(), new ArrayList<>());
        for (var group : job.taskGroups()) {
            for (var task : group.tasks()) {
                for (var template : task.templates()) {
                    String where = "group \"" + group.name() + "\": task \"" + task.name() + "\": template \""
                            + template.destination() + "\": ";
                    check(where, template, found);
                }
            }
        }
        return found;
    }

    private static void check(String where, dev.steppe.model.Template block, Found found) {
        var rules = new Template.Rules(
                new Delimiters(block.leftDelimiter(), block.rightDelimiter()), Collections.emptySet());
        try {
            var template = Template.parse(new Source("data", block.data()), rules);
            template.calls().stream()
                    .filter(call -> !call.works())
                    .map(call ->
                            where + call.function() + " in line " + call.range().line() + " cannot be called: "
                                    + FunctionSet.standard().description(call.function()))
                    .distinct()
                    .forEach(found.unsupported()::add);
        } catch (DiagnosticException mistake) {
            mistake.diagnostics().stream()
                    .map(Diagnostic::summary)
                    .forEach(summary -> found.mistakes().add(where + summary));
        }
    }
}
