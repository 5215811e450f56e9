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
