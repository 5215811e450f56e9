package dev.steppe.cli;

import java.util.List;
import java.util.Map;

/** Decides whether the output is coloured: flags first, then the environment, then whether a person reads it. */
final class Style {
    private Style() {}

    static boolean wanted(List<String> args, Map<String, String> environment) {
        if (written(args, "no-color")) {
            return false;
        }
        if (written(args, "force-color") || isSet(environment, "NOMAD_CLI_FORCE_COLOR")) {
            return true;
        }
        if (isSet(environment, "NOMAD_CLI_NO_COLOR") || isSet(environment, "NO_COLOR")) {
            return false;
        }
        // TERM first: looking for the console costs some milliseconds
        return isSet(environment, "TERM") && !"dumb".equals(environment.get("TERM")) && isConsole();
    }

    private static boolean isConsole() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    private static boolean written(List<String> args, String flag) {
        return args.contains("-" + flag) || args.contains("--" + flag) || args.contains("-" + flag + "=true");
    }

    private static boolean isSet(Map<String, String> environment, String name) {
        var value = environment.get(name);
        return value != null && !value.isEmpty();
    }
}
