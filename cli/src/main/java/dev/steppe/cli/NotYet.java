package dev.steppe.cli;

import java.util.List;
import java.util.Optional;

/** Commands people know from the tools they come from and that this version does not have: each is refused with a reason. */
final class NotYet {

    private NotYet() {}

    /** Why the command that the words begin with is not there; empty when they name none of these. */
    static Optional<String> reason(List<String> words) {
        var two = String.join(" ", words.subList(0, Math.min(2, words.size())));
        var reason = switch (two) {
            case "job action" -> "actions are not part of this version; use alloc exec";
            case "acl policy", "acl role", "acl auth-method", "acl binding-rule", "acl token" ->
                "there are tokens that may do everything and no others yet: acl bootstrap makes them, acl token list, self"
                        + " and delete look after them";
            case "operator metrics" ->
                "ask for /v1/metrics or, as Prometheus reads them, /v1/metrics?format=prometheus";
            case "operator api" -> "any client of HTTP will do: curl \"$NOMAD_ADDR/v1/...\"";
            case "operator debug" -> "use agent-info, monitor and /v1/metrics";
            case "monitor export" -> "the log goes to the standard error of the agent; ask its service manager";
            default -> "";
        };
        return reason.isEmpty() ? Optional.empty() : Optional.of("steppe " + two + " is not supported: " + reason);
    }
}
