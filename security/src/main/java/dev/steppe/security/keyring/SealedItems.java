package dev.steppe.security.keyring;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import java.security.SecureRandom;

/** The content of variables, sealed and opened; bound to the namespace and path it belongs to. */
public final class SealedItems {
    private SealedItems() {}

    public static Ciphertext seal(SealingKey key, VariableKey variable, VariableItems items, SecureRandom random) {
        return key.seal(Codec.toBinary(VariableItems.class, items), place(variable), random);
    }

    public static VariableItems open(SealingKey key, VariableKey variable, Ciphertext sealed)
            throws SealBrokenException {
        try {
            return Codec.fromBinary(VariableItems.class, key.open(sealed, place(variable)));
        } catch (CodecException damaged) {
            throw new SealBrokenException("variable " + variable + " is not readable");
        }
    }

    /** A NUL is in neither part, so no two variables have the same place. */
    private static String place(VariableKey variable) {
        return "variable\0" + variable.namespace() + "\0" + variable.path();
    }
}
