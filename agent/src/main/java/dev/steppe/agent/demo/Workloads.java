package dev.steppe.agent.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What runs, as the API and the machine tell it. */
final class Workloads {
    private final Calls calls;
    private final TreeMap<String, String> lastAddresses = new TreeMap<>();

    Workloads(Calls calls) {
        this.calls = calls;
    }

    /** The running allocations of a job, whole. */
    List<Map<String, Object>> running(String job) throws IOException, InterruptedException {
        var found = new ArrayList<Map<String, Object>>();
        for (var row : calls.nomad("/v1/job/" + job + "/allocations").rows()) {
            if ("running".equals(row.get("ClientStatus"))) {
                found.add(
                        Calls.map(calls.nomad("/v1/allocation/" + row.get("ID")).json()));
            }
        }
        if (found.isEmpty()) {
            throw new IOException("job " + job + " has no running allocation");
        }
        return found;
    }

    /** Host and port of a labelled port of one instance. */
    String address(String job, String label) throws IOException, InterruptedException {
        for (var allocation : running(job)) {
            var resources = Calls.map(allocation.get("AllocatedResources"));
            var shared = Calls.map(resources.get("Shared"));
            for (var port : Calls.maps(shared.get("Ports"))) {
                if (label.equals(port.get("Label"))) {
                    String address = port.get("HostIP") + ":" + port.get("Value");
                    lastAddresses.put(job, address);
                    return address;
                }
            }
        }
        throw new IOException("job " + job + " has no port " + label);
    }

    /** The address found last, for when no agent runs that could be asked. */
    String lastAddress(String job) {
        return Optional.ofNullable(lastAddresses.get(job)).orElseThrow();
    }

    List<Map<String, Object>> refusals(Map<String, Object> allocation) {
        return allocation.get("MeshRefusals") instanceof List<?> list ? Calls.maps(list) : List.of();
    }

    /** The standard output of an allocation's first own task. */
    String log(Map<String, Object> allocation) throws IOException, InterruptedException {
        String task = Calls.map(allocation.get("TaskStates")).keySet().stream()
                .filter(name -> !name.startsWith("connect-proxy-"))
                .findFirst()
                .orElseThrow(() -> new IOException("no task"));
        return calls.nomad("/v1/client/fs/logs/" + allocation.get("ID") + "?task=" + task + "&type=stdout&plain=true")
                .body();
    }

    /** How often each task of these jobs was started again. */
    Map<String, Object> restarts(List<String> jobs) throws IOException, InterruptedException {
        var found = new TreeMap<String, Object>();
        for (String job : jobs) {
            for (var allocation : running(job)) {
                Calls.map(allocation.get("TaskStates")).forEach((task, state) -> {
                    if (!task.startsWith("connect-proxy-")) {
                        found.put(
                                allocation.get("ID") + "/" + task,
                                Calls.map(state).get("Restarts"));
                    }
                });
            }
        }
        return found;
    }

    /** The processes of a program that the demonstration's agent runs, by pid. */
    List<Long> processes(Path directory, String program) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> runs(arguments, program, directory))
                        .orElse(false))
                .filter(process -> process.info()
                        .command()
                        .map(command -> command.endsWith("/java"))
                        .orElse(false))
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    private static boolean runs(String[] arguments, String program, Path directory) {
        boolean named = false;
        boolean ours = false;
        for (String argument : arguments) {
            named |= argument.contains(program);
            ours |= argument.contains(directory.getParent().toString());
        }
        return named && ours;
    }
}
