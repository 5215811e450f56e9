package dev.steppe.cli.alloc;

import dev.steppe.cli.json.Json;
import java.util.List;

/** The events of a task in words. */
public final class TaskEvents {
    private static final List<String> TROUBLE = List.of(
            "Driver Failure",
            "Setup Failure",
            "Failed Validation",
            "Failed Artifact Download",
            "Not Restarting",
            "Restarting",
            "Sibling Task Failed",
            "Disk Resources Exceeded",
            "Alloc Unhealthy",
            "Template Failure");

    private TaskEvents() {}

    /** The message of an event: the one made for display, else what the fields of its kind say. */
    public static String message(Json event) {
        for (var key : List.of(
                "DisplayMessage",
                "Message",
                "DriverError",
                "SetupError",
                "ValidationError",
                "DownloadError",
                "VaultError",
                "KillError",
                "RestartReason",
                "KillReason",
                "DriverMessage")) {
            var text = event.text(key);
            if (!text.isEmpty()) {
                return text;
            }
        }
        var details = event.entries("Details");
        if (event.text("Type").equals("Terminated")) {
            var message = details.getOrDefault("message", new Json.Null()).text();
            return "Exit Code: " + exitCode(event) + (message.isEmpty() ? "" : ", Exit Message: \"" + message + "\"");
        }
        return details.getOrDefault("message", new Json.Null()).text();
    }

    /** True when the event is a reason why a task does not run as it should. */
    public static boolean isTrouble(Json event) {
        return event.isTrue("FailsTask")
                || TROUBLE.contains(event.text("Type"))
                || event.text("Type").equals("Terminated") && !exitCode(event).equals("0");
    }

    private static String exitCode(Json event) {
        var detail = event.at("Details").text("exit_code");
        return detail.isEmpty() ? Long.toString(event.number("ExitCode")) : detail;
    }
}
