package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who the servers are, as an operator writes it down after a majority was lost. */
class PeersFileTest {
    private static final PeersFile.Self SELF = new PeersFile.Self(new MemberId("one"), Set.of(4647, 14647), 4648);

    @TempDir
    Path directory;

    private Members read(String content) throws IOException {
        return PeersFile.read(Files.writeString(directory.resolve("peers.json"), content), SELF);
    }

    @Test
    void addresses_are_those_of_the_log_or_those_that_lists_of_servers_show() throws Exception {
        var both = Members.of(
                Member.at(new MemberId("one"), "10.0.0.1", 4648), Member.at(new MemberId("two"), "10.0.0.2", 4648));
        assertThat(read("""
                [{"id": "one", "address": "10.0.0.1:4648"}, {"id": "two", "address": "10.0.0.2:4648", "non_voter": false}]""")).isEqualTo(both);
        assertThat(read("""
                [{"id": "one", "address": "10.0.0.1:4647"}, {"id": "two", "address": "10.0.0.2:4647"}]""")).isEqualTo(both);
        assertThat(read("""
                [{"id": "one", "address": "10.0.0.1:14647"}, {"id": "two", "address": "10.0.0.2:14647"}]""")).isEqualTo(both);
    }

    @Test
    void what_would_leave_this_server_without_a_leader_is_refused() {
        assertThatThrownBy(() -> read("[{\"id\": \"two\", \"address\": \"10.0.0.2:4648\"}]"))
                .hasMessageContaining("does not name this server, whose id is one");
        assertThatThrownBy(() -> read("[{\"id\": \"one\", \"address\": \"10.0.0.1:4646\"}]"))
                .hasMessageContaining("its log listens at port 4648");
        assertThatThrownBy(() -> read("[\"10.0.0.1:4648\"]")).hasMessageContaining("is not a list of");
    }
}
