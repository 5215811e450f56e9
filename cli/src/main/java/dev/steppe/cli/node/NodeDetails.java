package dev.steppe.cli.node;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Quantities;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Shows one node: what it is, what is allocated on it and, on demand, everything it reported. */
public final class NodeDetails {
    private NodeDetails() {}

    /** Prints the node of a full id. */
    public static void show(Invocation invocation, String id) throws ApiException {
        var terminal = invocation.terminal();
        var arguments = invocation.arguments();
        var path = "/v1/node/" + Query.encode(id);
        var node = invocation.nomad().get(path, Query.none()).body();
        if (arguments.has("json")) {
            terminal.json(node);
            return;
        }
        var stats = stats(invocation, node);
        terminal.fields(overview(node, stats, arguments.has("verbose")));
        if (!arguments.has("short")) {
            if (arguments.has("verbose")) {
                drivers(node, terminal);
            }
            events(node, terminal);
        }
        var allocations = invocation
                .nomad()
                .get(path + "/allocations", Query.none())
                .body()
                .items();
        if (!arguments.has("short")) {
            allocated(node, allocations, terminal);
            host(stats, terminal);
            if (arguments.has("stats")) {
                detailed(stats, terminal);
            }
        }
        terminal.blankLine();
        terminal.title("Allocations");
        if (allocations.isEmpty()) {
            terminal.line("No allocations placed");
        } else {
            terminal.table(NodeStatus.allocations(invocation, allocations));
        }
        if (arguments.has("verbose")) {
            sorted("Attributes", node.entries("Attributes"), terminal);
            sorted("Meta", node.entries("Meta"), terminal);
        }
    }

    /** What the node measures of itself; nothing when it is away or does not measure. */
    private static Json stats(Invocation invocation, Json node) {
        if (!node.text("Status").equals("ready")) {
            return new Json.Null();
        }
        try {
            return invocation
                    .nomad()
                    .get("/v1/client/stats", Query.of("node_id", node.text("ID")))
                    .body();
        } catch (ApiException unavailable) {
            return new Json.Null();
        }
    }

    private static Fields overview(Json node, Json stats, boolean verbose) {
        var uptime = stats.number("Uptime");
        return new Fields()
                .put("ID", Match.shown(node.text("ID"), verbose))
                .put("Name", node.text("Name"))
                .put("Node Pool", node.text("NodePool"))
                .put("Class", node.text("NodeClass"))
                .put("DC", node.text("Datacenter"))
                .put("Drain", node.isTrue("Drain"))
                .put("Eligibility", node.text("SchedulingEligibility"))
                .put("Status", node.text("Status"))
                .putIf(!node.text("StatusDescription").isEmpty(), "Description", node.text("StatusDescription"))
                .put("CSI Controllers", names(node.entries("CSIControllerPlugins")))
                .put("CSI Drivers", names(node.entries("CSINodePlugins")))
                .putIf(uptime > 0, "Uptime", Times.span(Duration.ofSeconds(uptime)))
                .put("Host Volumes", names(node.entries("HostVolumes")))
                .put("Host Networks", names(node.entries("HostNetworks")))
                .put("Driver Status", driverStatus(node));
    }

    private static String names(Map<String, Json> entries) {
        return String.join(",", new TreeMap<>(entries).keySet());
    }

    /** The drivers that can run tasks; one that is there but not well says so. */
    private static String driverStatus(Json node) {
        List<String> shown = new ArrayList<>();
        for (var driver : new TreeMap<>(node.entries("Drivers")).entrySet()) {
            if (driver.getValue().isTrue("Detected")) {
                shown.add(driver.getKey() + (driver.getValue().isTrue("Healthy") ? "" : " (unhealthy)"));
            }
        }
        return String.join(",", shown);
    }

    private static void drivers(Json node, Terminal terminal) {
        terminal.blankLine();
        terminal.title("Drivers");
        var table = new Table("Driver", "Detected", "Healthy", "Message", "Time");
        for (var driver : new TreeMap<>(node.entries("Drivers")).entrySet()) {
            var info = driver.getValue();
            var updated = Times.ofText(info.text("UpdateTime"));
            table.row(
                    driver.getKey(),
                    Boolean.toString(info.isTrue("Detected")),
                    Boolean.toString(info.isTrue("Healthy")),
                    info.text("HealthDescription"),
                    updated.isPresent() ? terminal.time(updated.get()) : "N/A");
        }
        terminal.table(table);
    }

    private static void events(Json node, Terminal terminal) {
        var events = node.items("Events");
        if (events.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Node Events");
        var table = new Table("Time", "Subsystem", "Message");
        for (var event : events.reversed()) {
            var time = Times.ofText(event.text("Timestamp"));
            table.row(
                    time.isPresent() ? terminal.time(time.get()) : "", event.text("Subsystem"), event.text("Message"));
        }
        terminal.table(table);
    }

    private static void allocated(Json node, List<Json> allocations, Terminal terminal) {
        long megaHertz = 0;
        long memory = 0;
        long disk = 0;
        var count = 0;
        for (var allocation : allocations) {
            if (isOver(allocation)) {
                continue;
            }
            count++;
            var resources = allocation.at("AllocatedResources");
            for (var task : resources.entries("Tasks").values()) {
                megaHertz += task.at("Cpu").number("CpuShares");
                memory += task.at("Memory").number("MemoryMB");
            }
            disk += resources.at("Shared").number("DiskMB");
        }
        var all = node.at("NodeResources");
        var reserved = node.at("ReservedResources");
        terminal.blankLine();
        terminal.title("Allocated Resources");
        var table = new Table("CPU", "Memory", "Disk", "Alloc Count");
        table.row(
                megaHertz + "/" + left(all, reserved, "Cpu", "CpuShares") + " MHz",
                Quantities.mebibytes(memory) + "/" + Quantities.mebibytes(left(all, reserved, "Memory", "MemoryMB")),
                Quantities.mebibytes(disk) + "/" + Quantities.mebibytes(left(all, reserved, "Disk", "DiskMB")),
                Integer.toString(count));
        terminal.table(table);
    }

    private static boolean isOver(Json allocation) {
        var status = allocation.text("ClientStatus");
        return status.equals("complete") || status.equals("failed") || status.equals("lost");
    }

    private static long left(Json all, Json reserved, String resource, String amount) {
        return all.at(resource).number(amount) - reserved.at(resource).number(amount);
    }

    private static void host(Json stats, Terminal terminal) {
        var memory = stats.at("Memory");
        if (memory.isNull()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Host Resource Utilization");
        var disk = stats.at("AllocDirStats");
        var table = new Table("CPU", "Memory", "Disk");
        table.row(
                stats.at("CPUTicksConsumed").number() + " MHz",
                Quantities.bytes(memory.number("Used")) + "/" + Quantities.bytes(memory.number("Total")),
                Quantities.bytes(disk.number("Used")) + "/" + Quantities.bytes(disk.number("Size")));
        terminal.table(table);
    }

    /** Everything the node measures of itself. */
    private static void detailed(Json stats, Terminal terminal) {
        if (stats.isNull()) {
            return;
        }
        terminal.blankLine();
        terminal.title("CPU Stats");
        var processors = new Table("CPU", "User", "System", "Idle");
        for (var each : stats.items("CPU")) {
            processors.row(
                    each.text("CPU"), percent(each.at("User")), percent(each.at("System")), percent(each.at("Idle")));
        }
        terminal.table(processors);
        terminal.blankLine();
        terminal.title("Memory Stats");
        var memory = stats.at("Memory");
        var fields = new Fields();
        for (var name : List.of("Total", "Available", "Used", "Free")) {
            fields.put(name, Quantities.bytes(memory.number(name)));
        }
        terminal.fields(fields);
        terminal.blankLine();
        terminal.title("Disk Stats");
        var disk = stats.at("AllocDirStats");
        terminal.fields(new Fields()
                .put("Device", disk.text("Device"))
                .put("MountPoint", disk.text("Mountpoint"))
                .put("Size", Quantities.bytes(disk.number("Size")))
                .put("Used", Quantities.bytes(disk.number("Used")))
                .put("Available", Quantities.bytes(disk.number("Available")))
                .put("Used Percent", percent(disk.at("UsedPercent"))));
    }

    private static String percent(Json value) {
        return String.format(Locale.ROOT, "%.1f%%", value.fraction());
    }

    private static void sorted(String title, Map<String, Json> entries, Terminal terminal) {
        terminal.blankLine();
        terminal.title(title);
        var fields = new Fields();
        for (var entry : new TreeMap<>(entries).entrySet()) {
            fields.put(entry.getKey(), entry.getValue().text());
        }
        if (!entries.isEmpty()) {
            terminal.fields(fields);
        }
    }
}
