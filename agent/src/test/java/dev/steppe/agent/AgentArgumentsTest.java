package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that each flag of the agent has effect or is refused by name. */
class AgentArgumentsTest {
    private static AgentArguments.Parsed parse(String... arguments) {
        return AgentArguments.parse(List.of(arguments), Map.of(), true);
    }

    @Test
    void a_bridge_and_its_addresses_are_taken() {
        var options = parse("-dev", "-bridge=other0", "-bridge-subnet=10.9.0.0/24")
                .options()
                .orElseThrow();
        assertThat(options.bridge()).contains("other0");
        assertThat(options.bridgeSubnet()).hasToString("10.9.0.0/24");
        assertThat(parse("-dev", "-bridge=none").options().orElseThrow().bridge())
                .isEmpty();
    }

    @Test
    void what_is_wrong_is_named_all_at_once() {
        var parsed = parse("-dev", "-bridge-subnet=10.9.0.0/31", "-nomad-port=x", "-surprise");
        assertThat(parsed.options()).isEmpty();
        assertThat(parsed.problems()).singleElement().asString().contains("-surprise");
        assertThat(parsed.diagnostics())
                .anyMatch(it -> it.message().contains("bridge subnet 10.9.0.0/31 is too small"))
                .anyMatch(it -> it.render().contains("-nomad-port=x"));
    }

    @Test
    void flags_of_both_dialects_are_understood() {
        var options = parse(
                        "-server",
                        "-client",
                        "-bootstrap-expect=1",
                        "-data-dir=/var/lib/any",
                        "-bind",
                        "10.0.0.7",
                        "-client=127.0.0.2",
                        "-advertise=192.0.2.1",
                        "-node=n",
                        "-dc=d",
                        "-region=r",
                        "-meta=a=1",
                        "-node-meta=b:2",
                        "-log-level=warn",
                        "-log-json")
                .options()
                .orElseThrow();
        assertThat(options.development()).isFalse();
        assertThat(options.dataDirectory()).hasToString("/var/lib/any");
        assertThat(options.addresses().nomad()).containsExactly("10.0.0.7");
        assertThat(options.addresses().consul()).containsExactly("127.0.0.2");
        assertThat(options.addresses().http(4646)).isEqualTo("192.0.2.1:4646");
        assertThat(options.nodeName()).contains("n");
        assertThat(options.datacenter()).isEqualTo("d");
        assertThat(options.configuration().region()).isEqualTo("r");
        assertThat(options.meta()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(options.configuration().log().json()).isTrue();
    }

    @Test
    void an_agent_that_is_not_for_development_needs_a_role_and_a_place_for_its_data() {
        assertThat(parse().problems())
                .anyMatch(it -> it.startsWith("what is this agent?"))
                .anyMatch(it -> it.contains("-data-dir="));
        assertThat(parse("-client", "-data-dir=/x").problems()).isEmpty();
        assertThat(parse("-server", "-data-dir=/x").problems()).isEmpty();
    }

    @Test
    void of_a_broken_file_its_mistake_is_said_and_nothing_else(@TempDir Path directory) throws IOException {
        for (String broken : List.of("server { enabled = ", "sever { enabled = true }")) {
            var file = Files.writeString(directory.resolve("agent.hcl"), broken);
            var parsed = parse("-config=" + file);
            assertThat(parsed.problems()).as(broken).isEmpty();
            assertThat(parsed.trouble()).as(broken).contains("agent.hcl line 1");
        }
    }

    @Test
    void a_development_agent_listens_on_loopback_only() {
        assertThat(parse("-dev", "-bind=0.0.0.0").problems())
                .singleElement()
                .asString()
                .contains("loopback only");
    }

    @Test
    void agents_are_heard_on_all_addresses_where_there_are_others_and_the_apis_stay_on_loopback() {
        for (String others : List.of("-retry-join=10.0.0.1", "-retry-join=control-0:4647", "-servers=10.0.0.1:4647")) {
            var options = parse("-server", "-data-dir=/x", others, "-bootstrap-expect=3")
                    .options()
                    .orElseThrow();
            assertThat(options.addresses().agents()).as(others).containsExactly("0.0.0.0");
            assertThat(options.addresses().nomad()).containsExactly("127.0.0.1");
            assertThat(options.addresses().consul()).containsExactly("127.0.0.1");
            assertThat(options.addresses().areOpen()).isFalse();
            assertThat(options.addresses().http(4646)).isEqualTo("127.0.0.1:4646");
        }
        for (String alone : List.of("-bootstrap-expect=1", "-retry-join=127.0.0.1:5647", "-retry-join=[::1]:5647")) {
            var options = parse("-server", "-data-dir=/x", alone).options().orElseThrow();
            assertThat(options.addresses().agents()).as(alone).containsExactly("127.0.0.1");
        }
        var told = parse("-server", "-data-dir=/x", "-retry-join=10.0.0.1", "-bind=10.0.0.7")
                .options()
                .orElseThrow();
        assertThat(told.addresses().agents()).containsExactly("10.0.0.7");
        assertThat(told.addresses().agent(4647)).isEqualTo("10.0.0.7:4647");
    }

    @Test
    void what_cannot_be_done_yet_is_refused_with_the_flag() {
        assertThat(parse(
                                "-server",
                                "-client",
                                "-data-dir=/x",
                                "-bootstrap-expect=3",
                                "-retry-join=a",
                                "-encrypt=secret")
                        .diagnostics()
                        .stream()
                        .map(it -> it.render()))
                .anyMatch(it -> it.contains("is not a key") && it.contains("-encrypt=******"));
    }
}
