package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sprig's functions on URLs: into their parts, and from parts. */
final class SprigAddresses {
    private static final Pattern URL = Pattern.compile(
            "(?s)(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:([^/?#]*)@)?([^/?#@]*))?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?");

    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Za-z:.%]*]|[^:\\s]*)(:[0-9]*)?");

    private SprigAddresses() {}

    static void define(FunctionSet.Group group) {
        group.add(
                        "sprig_urlParse",
                        "URL",
                        "a map with scheme, userinfo, host, hostname, path, query, opaque and fragment",
                        it -> parse(it.text(0)))
                .add("sprig_urlJoin", "MAP", "a URL of such a map", it -> Datum.of(join(it.table(0))));
    }

    private static Datum parse(String url) throws FunctionException {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches() || url.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw wrong("a control character in it");
        }
        if (!HOST.matcher(part(matcher, 3)).matches()) {
            throw wrong("invalid host or port");
        }
        String path = part(matcher, 4);
        boolean opaque =
                matcher.group(1) != null && matcher.group(3) == null && !path.isEmpty() && !path.startsWith("/");
        String host = part(matcher, 3);
        var parts = new TreeMap<String, Datum>();
        parts.put("scheme", Datum.of(part(matcher, 1).toLowerCase(Locale.ROOT)));
        parts.put("userinfo", Datum.of(part(matcher, 2)));
        parts.put("host", Datum.of(host));
        parts.put("hostname", Datum.of(host.replaceFirst(":[0-9]*$", "").replaceAll("^\\[|]$", "")));
        parts.put("path", Datum.of(opaque ? "" : decoded(path, "path")));
        parts.put("query", Datum.of(part(matcher, 5)));
        parts.put("opaque", Datum.of(opaque ? path : ""));
        parts.put("fragment", Datum.of(decoded(part(matcher, 6), "fragment")));
        return Datum.table(parts);
    }

    private static String part(Matcher matcher, int group) {
        return matcher.start(group) < 0 ? "" : matcher.group(group);
    }

    private static String decoded(String text, String where) throws FunctionException {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            throw wrong("invalid escape in its " + where);
        }
    }

    /** What a URL says is not repeated: it may have a password in it, also where it is not expected. */
    private static FunctionException wrong(String what) {
        return new FunctionException("not a URL: " + what);
    }

    private static String join(Datum.Table parts) {
        String host = text(parts, "host");
        String user = text(parts, "userinfo");
        String path = text(parts, "path");
        String opaque = text(parts, "opaque");
        var out = new StringBuilder(text(parts, "scheme"));
        out.append(out.isEmpty() ? "" : ":");
        if (!opaque.isEmpty()) {
            out.append(opaque);
        } else {
            boolean absolute = !out.isEmpty() && !path.isEmpty();
            if (absolute || !host.isEmpty() || !user.isEmpty()) {
                out.append("//").append(user).append(user.isEmpty() ? "" : "@").append(host);
                out.append(path.isEmpty() || path.startsWith("/") ? "" : "/");
            }
            out.append(encoded(path));
        }
        out.append(text(parts, "query").isEmpty() ? "" : "?" + text(parts, "query"));
        out.append(text(parts, "fragment").isEmpty() ? "" : "#" + encoded(text(parts, "fragment")));
        return out.toString();
    }

    private static String text(Datum.Table parts, String name) {
        return parts.get(name).map(SprigTexts::string).orElse("");
    }

    private static String encoded(String text) {
        var out = new StringBuilder();
        for (byte b : TextFunctions.bytes(text)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || "-_.~/$&+,:;=@!()*'".indexOf(b) >= 0);
            out.append(plain ? Character.toString(b) : String.format("%%%02X", b));
        }
        return out.toString();
    }
}
