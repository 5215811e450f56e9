package dev.steppe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ArtifactSourceTest {
    private static ArtifactSource read(String source, Map<String, String> options) throws Exception {
        return ArtifactSource.read(source, new TreeMap<>(options));
    }

    @Test
    void what_is_for_the_fetching_side_is_taken_out_of_the_address() throws Exception {
        var source = read(
                "https://me:a%2Bb+c@Example.com:8443/x%20y.zip?archive=false&v=1&checksum=md5%3A00&w=2",
                Map.of("archive", "zip", "v", "3 4"));
        assertThat(source.address()).hasToString("https://Example.com:8443/x%20y.zip?w=2&v=3+4");
        assertThat(source.credentials()).contains("me:a+b+c");
        assertThat(source.checksum()).contains("md5:00");
        assertThat(source.archive()).contains("zip");
        assertThat(source.name()).isEqualTo("x y.zip");
        assertThat(source.shown()).isEqualTo("https://Example.com:8443/x%20y.zip");
    }

    @Test
    void a_message_about_a_wrong_address_has_no_secrets() {
        assertThatThrownBy(() -> read("https://me:hidden@host/a b?key=hidden", Map.of()))
                .hasMessage("source is no address: Illegal character in path at character 25");
        assertThatThrownBy(() -> read("https://host/a", Map.of("sshkey", "hidden")))
                .hasMessageContaining("sshkey")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void digests_are_found_in_lists_of_either_form() throws Exception {
        String one = "1".repeat(64);
        String two = "2".repeat(64);
        String gnu = one + "  ./dir/a.zip\n" + two + " *b.zip\n";
        String bsd = "SHA256 (a.zip) = " + one + "\nSHA256 (b.zip) = " + two + "\n";
        for (String list : new String[] {gnu, bsd, two + "\n"}) {
            assertThat(ArtifactChecksum.find(list, "b.zip")).contains(new ArtifactChecksum.Digest("SHA-256", two));
        }
        assertThat(ArtifactChecksum.find(gnu, "c.zip")).isEmpty();
        assertThatThrownBy(() -> ArtifactChecksum.read("sha1:" + one)).hasMessageContaining("must be md5:");
    }
}
