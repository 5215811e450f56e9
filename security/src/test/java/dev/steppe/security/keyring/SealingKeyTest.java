package dev.steppe.security.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves that what is sealed opens only with its key, in its place, and unchanged. */
class SealingKeyTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final VariableKey HERE = new VariableKey("default", "app/db");

    private final SealingKey key = SealingKey.create("k1", RANDOM);

    private static VariableItems items(String name, String value) {
        var items = new TreeMap<String, String>();
        items.put(name, value);
        return new VariableItems(items);
    }

    @Test
    void sealed_items_open_to_what_they_were() throws SealBrokenException {
        var sealed = SealedItems.seal(key, HERE, items("password", "s3cret"), RANDOM);
        assertThat(sealed.keyId()).isEqualTo("k1");
        assertThat(new String(sealed.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("s3cret", "password");
        assertThat(SealedItems.open(key, HERE, sealed)).isEqualTo(items("password", "s3cret"));
    }

    @Test
    void the_same_content_is_never_sealed_the_same() {
        var once = SealedItems.seal(key, HERE, items("a", "b"), RANDOM);
        var again = SealedItems.seal(key, HERE, items("a", "b"), RANDOM);
        assertThat(once.bytes()).isNotEqualTo(again.bytes());
    }

    @Test
    void what_was_sealed_for_one_variable_does_not_open_as_another() {
        var sealed = SealedItems.seal(key, HERE, items("a", "b"), RANDOM);
        assertThatThrownBy(() -> SealedItems.open(key, new VariableKey("default", "app/other"), sealed))
                .isInstanceOf(SealBrokenException.class);
        assertThatThrownBy(() -> SealedItems.open(key, new VariableKey("other", "app/db"), sealed))
                .isInstanceOf(SealBrokenException.class);
    }

    @Test
    void a_changed_byte_or_another_key_does_not_open() {
        var sealed = SealedItems.seal(key, HERE, items("a", "b"), RANDOM);
        byte[] changed = sealed.bytes().clone();
        changed[0] ^= 1;
        assertThatThrownBy(() -> SealedItems.open(key, HERE, new Ciphertext("k1", sealed.nonce(), changed)))
                .isInstanceOf(SealBrokenException.class);
        assertThatThrownBy(() -> SealedItems.open(SealingKey.create("k1", RANDOM), HERE, sealed))
                .isInstanceOf(SealBrokenException.class);
        assertThatThrownBy(() -> SealedItems.open(SealingKey.create("k2", RANDOM), HERE, sealed))
                .isInstanceOf(SealBrokenException.class)
                .hasMessageContaining("k1");
    }

    @Test
    void a_wrapped_key_unwraps_under_its_own_name_only() throws SealBrokenException {
        var root = SealingKey.create("root", RANDOM);
        var wrapped = key.wrap(root, RANDOM);
        assertThat(root.unwrap("k1", wrapped)).isEqualTo(key);
        assertThatThrownBy(() -> root.unwrap("k2", wrapped)).isInstanceOf(SealBrokenException.class);
    }

    @Test
    void nothing_secret_is_printed() {
        assertThat(key.toString()).contains("k1", "hidden");
        assertThat(items("password", "s3cret").toString()).doesNotContain("s3cret", "password");
    }
}
