package dev.steppe.client.template;

import dev.steppe.client.allocation.TaskControl;
import dev.steppe.io.Loop;
import dev.steppe.model.ChangeScript;
import dev.steppe.model.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What follows when files of a running task were written anew: one restart for all of them, else each signal once and each
 * script once. Owned by the node's loop.
 */
final class ChangeActions {
    private final Loop loop;
    private final TaskControl control;

    ChangeActions(Loop loop, TaskControl control) {
        this.loop = loop;
        this.control = control;
    }

    void carryOut(List<Blueprint> changed) {
        var restarts = of(changed, "restart");
        if (!restarts.isEmpty()) {
            splayed(
                    restarts,
                    () -> control.restart(TaskControl.Restart.wanted("Template with change_mode restart re-rendered")));
            return;
        }
        var signals = of(changed, "signal");
        var names = new LinkedHashSet<String>();
        signals.forEach(template -> names.add(template.changeSignal()));
        if (!names.isEmpty()) {
            splayed(signals, () -> names.forEach(name -> control.signal(name, "Template re-rendered")));
        }
        var scripts = of(changed, "script");
        if (!scripts.isEmpty()) {
            splayed(scripts, () -> run(scripts));
        }
    }

    /** Scripts that want to run when the task has started. */
    void firstStart(List<Blueprint> all) {
        run(of(all, "script").stream()
                .filter(it ->
                        it.changeScript().filter(ChangeScript::runOnFirstRender).isPresent())
                .toList());
    }

    private static List<Template> of(List<Blueprint> changed, String mode) {
        var found = new ArrayList<Template>();
        for (Blueprint blueprint : changed) {
            if (blueprint.block().changeMode().equals(mode)) {
                found.add(blueprint.block());
            }
        }
        return found;
    }

    /** Not all instances of a job at once: each waits for a time of its own, up to the longest splay. */
    private void splayed(List<Template> templates, Runnable action) {
        long longest = templates.stream()
                .mapToLong(template -> template.splay().toMillis())
                .max()
                .orElse(0);
        var wait = longest > 0 ? Duration.ofMillis(loop.random().nextLong(longest)) : Duration.ZERO;
        loop.after(wait, action);
    }

    private void run(List<Template> templates) {
        var scripts = new LinkedHashSet<ChangeScript>();
        templates.forEach(template -> template.changeScript().ifPresent(scripts::add));
        for (ChangeScript script : scripts) {
            var command = new ArrayList<String>();
            command.add(script.command());
            command.addAll(script.args());
            control.run(command, script.timeout(), failure -> failed(script, failure));
        }
    }

    private void failed(ChangeScript script, String failure) {
        control.event(
                "Template",
                "Template ran script " + script.command() + " with arguments " + script.args()
                        + " on change but it failed: " + failure);
        if (script.failOnError()) {
            control.restart(
                    TaskControl.Restart.unhealthy("Template script " + script.command() + " failed: " + failure));
        }
    }
}
