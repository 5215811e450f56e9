package dev.steppe.client.settings;

import java.util.List;

/**
 * {@code plugin "exec"}.
 *
 * @param allowCapabilities what tasks may ask for; empty for those that do no harm
 * @param deniedUsers numbers and ranges of users that no task may have, as in {@code 0,10-100}
 */
public record ExecSettings(
        boolean noPivotRoot,
        boolean hostProcesses,
        boolean hostIpc,
        List<String> allowCapabilities,
        String deniedUsers,
        String deniedGroups) {
    public ExecSettings {
        allowCapabilities = List.copyOf(allowCapabilities);
    }

    /** Everything private, nothing allowed or denied by name. */
    public static ExecSettings standard() {
        return new ExecSettings(false, false, false, List.of(), "", "");
    }
}
