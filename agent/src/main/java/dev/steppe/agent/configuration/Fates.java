package dev.steppe.agent.configuration;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.Base64;

/** Says of every key that somebody wrote and that has no effect why, and looks for what a target machine must have. */
final class Fates {
    private Fates() {}

    static void report(Written written, Findings findings) {
        for (Setting setting : written.inForce()) {
            var key = setting.key();
            if (key.fate() != Fate.MET && saysNothing(setting)) {
                continue;
            }
            String name = "\"" + setting.path() + "\"";
            String why = plain(key.meaning());
            switch (key.fate()) {
                case WORKS -> {}
                case MET -> findings.notice(setting.place(), name + " is met by construction", why);
                case ACCEPTED -> findings.notice(setting.place(), name + " has no effect yet", why);
                case LATER -> findings.atStart(setting.place(), name + " is not supported yet", why);
                case NEVER -> findings.wrong(setting.place(), name + " is not supported", why);
            }
            machine(setting, name, findings);
        }
    }

    /** What only the machine has on which the agent starts. */
    private static void machine(Setting setting, String name, Findings findings) {
        String text = Conversion.toText(setting.value()).orElse("");
        if (setting.key().kind() == Kind.FILE && !ConfigurationReader.exists(text)) {
            findings.notice(setting.place(), name + " names a file that cannot be read on this machine", text);
        }
        if (setting.key().name().equals("encrypt") && !isKey(text)) {
            findings.atStart(
                    setting.place(),
                    name + " is not a key",
                    "A key is 16, 24 or 32 bytes in base64, as `head -c 32 /dev/urandom | base64` makes one.");
        }
    }

    private static boolean isKey(String text) {
        try {
            int bytes = Base64.getDecoder().decode(text).length;
            return bytes == 16 || bytes == 24 || bytes == 32;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** What is the default anyway, or empty, asks for nothing. */
    private static boolean saysNothing(Setting setting) {
        return switch (setting.value()) {
            case Value.Sequence(var elements) -> elements.isEmpty();
            case Value.Mapping(var entries) -> entries.isEmpty();
            case Value.Null _ -> false;
            case Value.Text _, Value.Number _, Value.Bool _ -> {
                String text = Conversion.toText(setting.value()).orElse("");
                String standard = setting.key().standard();
                yield text.isEmpty()
                        || !standard.isEmpty() && text.equals(plain(standard))
                        || setting.key().kind() == Kind.FLAG
                                && text.equals("false")
                                && standard.isEmpty()
                                && setting.key().fate() == Fate.LATER;
            }
        };
    }

    private static String plain(String markdown) {
        return markdown.replace("`", "");
    }
}
