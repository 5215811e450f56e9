package dev.steppe.agent.doctor;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What the doctor says: for people, one line for what is in order and three for what is not; or everything as JSON. */
record Report(Doctor.Diagnosis diagnosis, List<Doctor.Repaired> repaired) {
    private static final int LEVEL_WIDTH = 9;
    private static final int CHECK_WIDTH = 19;

    void print(PrintStream out, boolean everything) {
        for (Doctor.Repaired repair : repaired) {
            repair.done()
                    .forEach(done ->
                            out.println(padded("fixed", LEVEL_WIDTH) + padded(repair.check(), CHECK_WIDTH) + done));
            if (!repair.failure().isEmpty()) {
                out.println(padded("failed", LEVEL_WIDTH) + padded(repair.check(), CHECK_WIDTH) + repair.failure());
            }
        }
        if (!repaired.isEmpty()) {
            out.println();
        }
        var indent = " ".repeat(LEVEL_WIDTH + CHECK_WIDTH);
        for (Finding finding : diagnosis.findings()) {
            out.println(padded(finding.level().toString(), LEVEL_WIDTH)
                    + padded(finding.check(), CHECK_WIDTH)
                    + finding.found());
            if (everything || finding.level() != Level.OK) {
                out.println(indent + "why: " + finding.why());
            }
            if (!finding.remedy().isEmpty()) {
                out.println(indent + "do:  " + finding.remedy() + (finding.fixable() ? "   (--fix does this)" : ""));
            }
        }
        out.println();
        if (!diagnosis.notLookedAt().isEmpty()) {
            out.println("Not looked at, because this agent would give no allocation a network of its own: "
                    + String.join(", ", diagnosis.notLookedAt()));
        }
        out.println(summary());
    }

    private String summary() {
        long problems = diagnosis.count(Level.PROBLEM);
        long warnings = diagnosis.count(Level.WARNING);
        var counts = counted(problems, "problem") + ", " + counted(warnings, "warning") + ", "
                + diagnosis.count(Level.OK) + " in order";
        return problems == 0 ? "Steppe can run here: " + counts : "Something Steppe needs is missing: " + counts;
    }

    private static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    /** Names in upper camel case, as the other commands print them. */
    String json() {
        var findings = new ArrayList<Json>();
        for (Finding finding : diagnosis.findings()) {
            findings.add(new Json.Fields()
                    .put("Check", finding.check())
                    .put("Level", finding.level().toString())
                    .put("Found", finding.found())
                    .put("Why", finding.why())
                    .put("Remedy", finding.remedy())
                    .put("Fixable", finding.fixable())
                    .build());
        }
        var repairs = new ArrayList<Json>();
        for (Doctor.Repaired repair : repaired) {
            repairs.add(new Json.Fields()
                    .put("Check", repair.check())
                    .put("Done", texts(repair.done()))
                    .put("Failure", repair.failure())
                    .build());
        }
        return JsonWriter.indented(new Json.Fields()
                .put("Healthy", diagnosis.count(Level.PROBLEM) == 0)
                .put("Findings", new Json.Arr(findings))
                .put("NotLookedAt", texts(diagnosis.notLookedAt()))
                .put("Repaired", new Json.Arr(repairs))
                .build());
    }

    private static Json texts(List<String> values) {
        return new Json.Arr(values.stream().map(Json::of).toList());
    }
}
