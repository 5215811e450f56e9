package dev.steppe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What sources that are repositories mean. */
class RepositorySourceTest {
    private static RepositorySource read(String source, Map<String, String> options) throws Exception {
        assertThat(RepositorySource.isMeant(source)).isTrue();
        return RepositorySource.read(source, new TreeMap<>(options));
    }

    @Test
    void short_forms_folders_and_options_are_understood() throws Exception {
        var shortForm = read("github.com/hashicorp/example//deploy/prod?ref=v1", Map.of());
        assertThat(shortForm.address()).hasToString("https://github.com/hashicorp/example.git");
        assertThat(shortForm.folder()).contains("deploy/prod");
        assertThat(shortForm.ref()).isEqualTo("v1");
        var whole = read("git::https://me:s%2Bc@git.example.com:8443/a/b.git?ref=v1&x=1", Map.of("ref", "v2"));
        assertThat(whole.address()).hasToString("https://git.example.com:8443/a/b.git?x=1");
        assertThat(whole.credentials()).contains("me:s+c");
        assertThat(whole.ref()).isEqualTo("v2");
        assertThat(whole.shown()).isEqualTo("https://git.example.com:8443/a/b.git");
        assertThat(read("git::file:///srv/a.git", Map.of()).isLocal()).isTrue();
        assertThat(RepositorySource.isMeant("https://github.com/a/b/archive/v1.zip"))
                .isFalse();
    }

    @Test
    void what_is_not_fetched_is_refused_with_what_to_do() {
        Map.of(
                        "git::ssh://git@example.com/a.git", "needs options { sshkey",
                        "git::git@github.com:a/b.git", "needs options { sshkey",
                        "git@github.com:a/b.git", "needs options { sshkey",
                        "git::ext::sh -c true", "no address",
                        "git::/srv/a.git", "git::file:///PATH",
                        "git::https://h/a.git?ref=--upload-pack=x", "is no branch, tag or commit",
                        "git::https://h/a.git?checksum=md5:00", "name a commit as ref",
                        "git::https://h/a.git//../b", "without \"..\"")
                .forEach((source, words) -> assertThatThrownBy(() -> read(source, Map.of()))
                        .as(source)
                        .hasMessageContaining(words));
        assertThatThrownBy(() -> read("git::https://h/a.git", Map.of("sshkey", "hidden")))
                .hasMessageContaining("over ssh")
                .hasMessageNotContaining("hidden");
        assertThatThrownBy(() -> read("git@github.com:a/b.git", Map.of("sshkey", "h{dden")))
                .hasMessageContaining("not in base64")
                .hasMessageNotContaining("h{dden");
    }

    @Test
    void sources_over_ssh_keep_their_user_and_have_a_key() throws Exception {
        for (String source :
                new String[] {"git@git.example.com:team/app.git", "git::ssh://git:pw@git.example.com/team/app.git"}) {
            var read = read(source + "//deploy?ref=v1", Map.of("sshkey", "a2V5"));
            assertThat(read.address()).hasToString("ssh://git@git.example.com/team/app.git");
            assertThat(read.isOverSsh()).isTrue();
            assertThat(read.sshKey()).contains("a2V5");
            assertThat(read.folder()).contains("deploy");
            assertThat(read.toString()).doesNotContain("a2V5").doesNotContain("pw");
        }
    }
}
