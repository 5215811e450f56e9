package dev.steppe.io.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves where an agent makes its control groups, on trees that are plain directories. */
class CgroupPlacesTest {
    private static final String PLACE = "steppe.slice/steppe-tasks.service/steppe-1f";

    @TempDir
    Path directory;

    private CgroupPlaces places(String... own) throws IOException {
        return new CgroupPlaces(
                List.of(
                        Files.createDirectories(directory.resolve("memory")),
                        Files.createDirectories(directory.resolve("unified"))),
                List.of(own));
    }

    @Test
    void a_service_has_its_groups_below_the_unit_for_tasks_beside_it() throws Exception {
        Files.createDirectories(directory.resolve("unified/steppe.slice/steppe-tasks.service"));
        assertThat(places("0::/steppe.slice/steppe.service").forNew("steppe-1f", Optional.empty()))
                .isEqualTo(PLACE);
        assertThat(places("8:pids:/", "1:name=systemd:/steppe.slice/steppe.service", "0::/")
                        .forNew("steppe-1f", Optional.empty()))
                .isEqualTo(PLACE);
    }

    @Test
    void without_such_a_unit_and_outside_of_a_service_they_are_at_the_root() throws Exception {
        assertThat(places("0::/system.slice/steppe.service").forNew("steppe-1f", Optional.empty()))
                .isEqualTo("steppe-1f");
        Files.createDirectories(directory.resolve("unified/user.slice/user-0.slice/session-1-tasks.service"));
        assertThat(places("0::/user.slice/user-0.slice/session-1.scope").forNew("steppe-1f", Optional.empty()))
                .isEqualTo("steppe-1f");
        assertThat(places().forNew("steppe-1f", Optional.empty())).isEqualTo("steppe-1f");
    }

    @Test
    void the_configured_group_comes_before_the_unit() throws Exception {
        Files.createDirectories(directory.resolve("unified/steppe.slice/steppe-tasks.service"));
        assertThat(places("0::/steppe.slice/steppe.service").forNew("steppe-1f", Optional.of("nomad.slice")))
                .isEqualTo("nomad.slice/steppe-1f");
    }

    @Test
    void a_command_that_runs_elsewhere_finds_them_where_the_agent_made_them() throws Exception {
        var shell = places("0::/user.slice/user-0.slice/session-1.scope");
        assertThat(shell.existing("steppe-1f", Optional.empty())).isEqualTo("steppe-1f");
        Files.createDirectories(directory.resolve("unified/" + PLACE));
        assertThat(shell.existing("steppe-1f", Optional.empty())).isEqualTo(PLACE);
        assertThat(shell.existing("steppe-20", Optional.empty())).isEqualTo("steppe-20");
        Files.createDirectories(directory.resolve("memory/steppe-1f"));
        assertThat(shell.existing("steppe-1f", Optional.empty())).isEqualTo("steppe-1f");
    }

    /** A tree of version 2 with the agent's group in it, as the kernel would show the files that matter. */
    private Cgroups version2(String controllers) throws IOException {
        var own = Files.createDirectories(directory.resolve("steppe-1f"));
        Files.writeString(directory.resolve("cgroup.controllers"), controllers + "\n");
        Files.writeString(directory.resolve("cgroup.subtree_control"), controllers + "\n");
        Files.writeString(own.resolve("cgroup.subtree_control"), controllers + "\n");
        Files.writeString(own.resolve("memory.low"), "0\n");
        return Cgroups.from(List.of("none " + directory + " cgroup2 rw 0 0"), "steppe-1f");
    }

    @Test
    void the_group_of_all_tasks_is_kept_as_much_memory_as_they_are_together() throws Exception {
        var groups = version2("cpuset cpu memory pids");
        var adopted = Files.createDirectory(directory.resolve("steppe-1f/old.t"));
        Files.writeString(adopted.resolve("memory.low"), "1000\n");
        var limits = new Cgroups.Limits(100, 1 << 20, 100);
        groups.create("new.t", limits.reserving(500));
        assertThat(directory.resolve("steppe-1f/memory.low")).hasContent("1500");
        Files.delete(adopted.resolve("memory.low"));
        Files.delete(adopted);
        groups.create("newer.t", limits.reserving(20));
        assertThat(directory.resolve("steppe-1f/memory.low")).hasContent("520");
    }

    @Test
    void cores_are_given_to_one_task_alone_only_where_groups_say_what_runs_on_which() throws Exception {
        assertThat(version2("cpuset cpu memory pids").sharesAll()).isEmpty();
        assertThat(version2("cpu memory").sharesAll()).contains("the control groups have no cpuset");
        assertThat(Cgroups.from(List.of("none /nowhere/cpu cgroup rw,cpu 0 0"), "any")
                        .sharesAll())
                .contains("the control groups have no cpuset");
        assertThat(Cgroups.from(List.of("none /nowhere/cpuset cgroup rw,cpuset 0 0"), "any")
                        .sharesAll())
                .contains("the control groups of cpuset in /nowhere/cpuset cannot be written to");
        assertThat(Cgroups.from(List.of(), "any").sharesAll()).contains("no control groups are mounted");
    }

    @Test
    void names_of_units_may_be_parents_and_ways_out_of_the_tree_may_not() {
        for (String parent : List.of("steppe", PLACE, "system-steppe\\x2dnode.slice/steppe@1-tasks.service/x")) {
            assertThat(Cgroups.isParent(parent)).as(parent).isTrue();
        }
        for (String parent : List.of("", "/steppe", "a/../b", "a b", "a:b", "a/")) {
            assertThat(Cgroups.isParent(parent)).as(parent).isFalse();
        }
    }
}
