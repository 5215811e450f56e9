package dev.steppe.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Proves that a secret does not show itself and can be taken back. */
class SecretTest {
    @Test
    void text_and_hash_say_nothing_about_the_content() {
        Secret secret = Secret.ofText("hunter2");
        assertThat(secret.toString()).isEqualTo("Secret(hidden)");
        assertThat(String.valueOf(java.util.List.of(secret))).doesNotContain("hunter2");
        assertThat(secret.hashCode()).isEqualTo(Secret.ofText("other").hashCode());
        assertThat(secret).isEqualTo(Secret.ofText("hunter2")).isNotEqualTo(Secret.ofText("hunter3"));
        assertThat(secret.revealText()).isEqualTo("hunter2");
    }

    @Test
    void a_closed_secret_cannot_be_revealed_and_leaves_no_copy() {
        byte[] given = {1, 2, 3};
        Secret secret = Secret.of(given);
        given[0] = 9;
        assertThat(secret.reveal()).containsExactly(1, 2, 3);
        secret.close();
        secret.close();
        assertThatThrownBy(secret::reveal).isInstanceOf(IllegalStateException.class);
    }
}
