package dev.steppe.cli.member;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;

/** Members with everything they tell of themselves. */
final class Tags {
    private Tags() {}

    /** {@code heading} is the word of the dialect for the name. */
    static Table table(String heading, List<Json> members) {
        var table = new Table(heading, "Address", "Status", "Tags");
        for (var member : members) {
            List<String> tags = new ArrayList<>();
            member.entries("Tags").forEach((name, value) -> tags.add(name + "=" + value.text()));
            var status = member.text("Status");
            table.row(
                    member.text("Name"),
                    member.text("Addr") + ":" + member.text("Port"),
                    status.matches("\\d+") ? Members.status(Long.parseLong(status)) : status,
                    String.join(",", tags));
        }
        return table;
    }
}
