package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/** Functions with another result each time, which they take from the randomness they are given. */
final class RandomFunctions {
    private static final int COST = 10;
    private static final int COST_MIN = 4;
    /** About a second; each step more doubles it. */
    private static final int COST_MAX = 14;

    private static final int PASSWORD_MAX = 72;
    private static final int SALT_LENGTH = 16;

    private RandomFunctions() {}

    static void define(Definitions definitions, RandomGenerator random) {
        definitions.add("uuidv4", 0, _ -> {
            long high = random.nextLong() & ~0xF000L | 0x4000L;
            long low = random.nextLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
            return Value.of(new UUID(high, low).toString());
        });
        definitions.add("bcrypt", 1, 2, arguments -> Value.of(hash(arguments, random)));
    }

    private static String hash(Arguments arguments, RandomGenerator random) throws FunctionException {
        byte[] password = arguments.text(0).getBytes(StandardCharsets.UTF_8);
        if (password.length > PASSWORD_MAX) {
            throw new FunctionException(
                    "argument 1 has " + password.length + " bytes; bcrypt hashes at most " + PASSWORD_MAX);
        }
        int cost = arguments.count() == 2 ? arguments.integer(1) : COST;
        if (cost < COST_MIN || cost > COST_MAX) {
            throw new FunctionException("the cost " + cost + " must be between " + COST_MIN + " and " + COST_MAX);
        }
        byte[] salt = new byte[SALT_LENGTH];
        random.nextBytes(salt);
        return OpenBSDBCrypt.generate("2a", password, salt, cost);
    }
}
