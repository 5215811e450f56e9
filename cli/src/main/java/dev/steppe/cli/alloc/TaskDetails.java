package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Places;
import dev.steppe.cli.terminal.Quantities;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The section of an allocation that shows each task: state, resources, times and recent events. One thread. */
final class TaskDetails {
    private final Json allocation;
    private final boolean verbose;
    private final Terminal terminal;
    private final Json usage;
    private final boolean statistics;

    TaskDetails(Invocation invocation, Json allocation, boolean verbose) {
        this.allocation = allocation;
        this.verbose = verbose;
        this.terminal = invocation.terminal();
        this.usage = usage(invocation, allocation);
        this.statistics = invocation.arguments().has("stats");
    }

    /** What the node measures; nothing when the allocation has ended or the node cannot be asked. */
    private static Json usage(Invocation invocation, Json allocation) {
        if (!allocation.text("ClientStatus").equals("running")) {
            return new Json.Null();
        }
        try {
            var path = "/v1/client/allocation/" + Query.encode(allocation.text("ID")) + "/stats";
            return invocation.nomad().get(path, Query.none()).body();
        } catch (ApiException unavailable) {
            return new Json.Null();
        }
    }

    void print() {
        for (var name : AllocMatch.tasks(allocation)) {
            var state = allocation.at("TaskStates").at(name);
            terminal.blankLine();
            var suffix = lifecycle(allocation, name);
            terminal.title("Task \"" + name + "\"" + (suffix.equals("main") ? "" : " (" + suffix + ")") + " is \""
                    + state.text("State") + "\"");
            if (AllocMatch.isProxy(name)) {
                proxy(name);
            }
            resources(name);
            if (statistics) {
                statistics(usage.at("Tasks").at(name).at("ResourceUsage"));
            }
            events(state);
        }
    }

    /** The place of a task in the life of its group: {@code main}, or the hook it belongs to. */
    static String lifecycle(Json allocation, String name) {
        if (AllocMatch.isProxy(name)) {
            return "prestart sidecar";
        }
        for (var task : AllocMatch.group(allocation).items("Tasks")) {
            var lifecycle = task.at("Lifecycle");
            if (task.text("Name").equals(name) && !lifecycle.isNull()) {
                return lifecycle.text("Hook") + (lifecycle.isTrue("Sidecar") ? " sidecar" : "");
            }
        }
        return "main";
    }

    private void proxy(String name) {
        var service = name.substring("connect-proxy-".length());
        if (verbose) {
            terminal.line("Proxy of service \"" + service
                    + "\": served by the node's built-in proxy, where others run an " + "Envoy sidecar");
        }
    }

    private void resources(String name) {
        var allocated = allocation.at("AllocatedResources").at("Tasks").at(name);
        if (allocated.isNull()) {
            return;
        }
        var used = usage.at("Tasks").at(name).at("ResourceUsage");
        var cpu = allocated.at("Cpu").text("CpuShares") + " MHz";
        var memory = Quantities.mebibytes(allocated.at("Memory").number("MemoryMB"));
        if (!used.isNull()) {
            cpu = used.at("CpuStats").at("TotalTicks").number() + "/" + cpu;
            memory = Quantities.bytes(usedMemory(used.at("MemoryStats"))) + "/" + memory;
        }
        var disk = allocation.at("AllocatedResources").at("Shared").number("DiskMB");
        var addresses = addresses(allocated);
        terminal.title("Task Resources:");
        var table = new Table("CPU", "Memory", "Disk", "Addresses");
        table.row(cpu, memory, Quantities.mebibytes(disk), addresses.isEmpty() ? " " : addresses.getFirst());
        for (var address : addresses.subList(Math.min(1, addresses.size()), addresses.size())) {
            table.row(" ", " ", " ", address);
        }
        terminal.line(table.render().stripTrailing());
        terminal.blankLine();
    }

    /** Everything that is measured of a task. */
    private void statistics(Json used) {
        if (used.isNull()) {
            return;
        }
        var memory = used.at("MemoryStats");
        terminal.title("Memory Stats");
        var amounts = new Table("Usage", "Max Usage", "RSS", "Cache");
        amounts.row(
                Quantities.bytes(memory.number("Usage")),
                Quantities.bytes(memory.number("MaxUsage")),
                Quantities.bytes(memory.number("RSS")),
                Quantities.bytes(memory.number("Cache")));
        terminal.line(amounts.render().stripTrailing());
        terminal.blankLine();
        var cpu = used.at("CpuStats");
        terminal.title("CPU Stats");
        var rates = new Table("Percent", "MHz", "Throttled Periods", "Throttled Time", "Processes");
        rates.row(
                String.format(Locale.ROOT, "%.2f%%", cpu.at("Percent").fraction()),
                Long.toString(cpu.at("TotalTicks").number()),
                cpu.text("ThrottledPeriods"),
                cpu.number("ThrottledTime") / 1_000_000 + "ms",
                used.text("Processes"));
        terminal.line(rates.render().stripTrailing());
        terminal.blankLine();
    }

    private static long usedMemory(Json stats) {
        return stats.number("Usage") > 0 ? stats.number("Usage") : stats.number("RSS");
    }

    private static List<String> addresses(Json allocated) {
        List<String> addresses = new ArrayList<>();
        for (var network : allocated.items("Networks")) {
            for (var key : List.of("DynamicPorts", "ReservedPorts")) {
                for (var port : network.items(key)) {
                    addresses.add(port.text("Label") + ": " + Places.of(network.text("IP"), port.text("Value")));
                }
            }
        }
        return addresses;
    }

    private void events(Json state) {
        terminal.title("Task Events:");
        terminal.fields(new Fields()
                .put("Started At", absolute(state.text("StartedAt")))
                .put("Finished At", absolute(state.text("FinishedAt")))
                .put("Total Restarts", state.number("Restarts"))
                .put("Last Restart", absolute(state.text("LastRestart"))));
        var events = state.items("Events");
        if (events.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Recent Events:");
        var table = new Table("Time", "Type", "Description");
        for (var event : events.reversed()) {
            var time = Times.ofNanos(event.number("Time"));
            table.row(time.isPresent() ? terminal.time(time.get()) : "", event.text("Type"), TaskEvents.message(event));
        }
        terminal.table(table);
    }

    private String absolute(String text) {
        var time = Times.ofText(text);
        return time.isPresent() ? terminal.time(time.get()) : "N/A";
    }
}
