package dev.steppe.mesh.configuration;

import java.util.List;

/** The intentions that concern one destination, highest precedence first, and what holds when none matches. */
public record IntentionPolicy(List<IntentionRule> rules, IntentionRule.Action otherwise) {
    public IntentionPolicy {
        rules = List.copyOf(rules);
    }

    /** Decides by the first rule that names the caller. */
    public Decision decide(String sourceService) {
        for (IntentionRule rule : rules) {
            if (rule.matchesSource(sourceService)) {
                return rule.action() == IntentionRule.Action.ALLOW
                        ? new Decision.Allowed(rule.toString())
                        : new Decision.Denied(rule.toString(), rule.source().equals(sourceService));
            }
        }
        return otherwise == IntentionRule.Action.ALLOW
                ? new Decision.Allowed("default allow")
                : new Decision.Denied("default deny", false);
    }

    /** What an intention check came to, with the rule that decided it. */
    public sealed interface Decision {
        String rule();

        /** The call may go on. */
        record Allowed(String rule) implements Decision {}

        /** The call is refused; {@code exact} says that the rule names this very caller and has to be replaced. */
        record Denied(String rule, boolean exact) implements Decision {
            /** The command that would allow the call. */
            public String remedy(String source, String destination) {
                return "steppe intention create " + (exact ? "-replace " : "") + "-allow " + source + " " + destination;
            }
        }
    }
}
