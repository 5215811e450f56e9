package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Words;
import dev.steppe.agent.log.AgentLog;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the files and flags of a running agent again, on a signal or when the API is asked to: what can change without a
 * new start does, and the rest is named. Safe for use from any thread.
 */
final class Reloading {
    private static final System.Logger LOG = System.getLogger(Reloading.class.getName());

    private final List<String> arguments;
    private final Map<String, String> environment;
    private final boolean root;
    private final AgentLog log;
    private Optional<Assembly> agent = Optional.empty();
    private Optional<Configuration> applied = Optional.empty();
    private Words words;

    Reloading(List<String> arguments, Map<String, String> environment, boolean root, Words words, AgentLog log) {
        this.arguments = List.copyOf(arguments);
        this.environment = Map.copyOf(environment);
        this.root = root;
        this.words = words;
        this.log = log;
    }

    /** From now on it is that agent's configuration; what was read again before holds for it too. */
    synchronized void follow(Assembly newAgent) {
        agent = Optional.of(newAgent);
        newAgent.onReload(this::again);
        try {
            if (applied.isPresent()) {
                newAgent.apply(applied.get());
            }
        } catch (IOException wrong) {
            LOG.log(Level.ERROR, "what was read again does not hold any more: " + wrong.getMessage());
        }
    }

    /** One line for each thing that is otherwise now. Fails, with nothing changed, where something is wrong. */
    synchronized List<String> again() throws IOException {
        var parsed = AgentArguments.parse(arguments, environment, root);
        if (parsed.options().isEmpty()) {
            throw new IOException("nothing was changed: " + parsed.trouble());
        }
        var configuration = parsed.options().get().configuration();
        var newer = parsed.words().orElseThrow();
        var changes = words.until(newer);
        List<String> certificates;
        try {
            certificates = agent.isPresent() ? agent.get().readCertificates(configuration) : List.of();
        } catch (IOException wrong) {
            throw new IOException("nothing was changed, the certificates in use stay: " + wrong.getMessage(), wrong);
        }
        if (!changes.reloadable().isEmpty()) {
            log.apply(configuration.log());
        }
        // also when nothing is written otherwise: the machine may have something new
        List<String> found = agent.isPresent() ? agent.get().apply(configuration) : List.of();
        applied = Optional.of(configuration);
        LOG.log(
                Level.DEBUG,
                "read again changed=" + changes.reloadable().size() + " needing-start="
                        + changes.needingStart().size());
        words = newer;
        var lines = new ArrayList<>(certificates);
        changes.reloadable().forEach(name -> lines.add("changed: " + name));
        changes.needingStart().forEach(name -> lines.add("needs a new start of the agent: " + name));
        lines.addAll(found);
        if (lines.isEmpty()) {
            lines.add("nothing is written otherwise");
        }
        return lines;
    }

    /** The same for a signal: the log says what came of it. */
    void onSignal() {
        LOG.log(Level.INFO, "reading the configuration again");
        try {
            again().forEach(line -> LOG.log(Level.INFO, line));
        } catch (IOException wrong) {
            LOG.log(Level.ERROR, "the configuration cannot be used: " + wrong.getMessage());
        }
    }
}
