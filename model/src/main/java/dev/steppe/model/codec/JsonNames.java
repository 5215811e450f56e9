package dev.steppe.model.codec;

import java.util.Locale;
import java.util.TreeSet;

/** The naming rule of the published API: {@code jobId} is {@code JobID}, {@code memoryMb} is {@code MemoryMB}. */
public final class JsonNames {
    private static final String ACRONYMS = "id ids cpu mb ip dns cidr tls url http ttl ui acl hcl ca";

    private JsonNames() {}

    /** The JSON name of a record component that carries no {@link Json}. */
    public static String of(String component) {
        var acronyms = new TreeSet<>(java.util.List.of(ACRONYMS.split(" ")));
        var name = new StringBuilder();
        for (String word : component.split("(?=\\p{Upper})")) {
            String lower = word.toLowerCase(Locale.ROOT);
            if (lower.equals("ids")) {
                name.append("IDs");
            } else if (acronyms.contains(lower)) {
                name.append(lower.toUpperCase(Locale.ROOT));
            } else {
                name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return name.toString();
    }

    /** The job file's name of a record component: {@code killTimeout} is {@code kill_timeout}. */
    public static String snakeCase(String component) {
        return component.replaceAll("(\\p{Upper})", "_$1").toLowerCase(Locale.ROOT);
    }
}
